// SPDX-License-Identifier: Apache-2.0
#include "vault/founding.h"

#include <algorithm>

#include "base/error.h"
#include "os/directory.h"
#include "os/lock.h"
#include "vault/uberblock.h"

namespace sealift::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kUnfinished = "identity.new";
constexpr std::string_view kFiles[] = {"writer", "readers", "uberblocks"};
constexpr std::string_view kOurs[] = {kUnfinished, "segments", "writer", "readers", "uberblocks"};

/// Nothing, or what a making left that was cut off.
void require_free(const fs::path& directory) {
  const std::vector<std::string> names = os::list_directory(directory);
  const bool unfinished = std::find(names.begin(), names.end(), kUnfinished) != names.end();
  for (const std::string& name : names) {
    if (name == "lost+found") continue;  // the root of a fresh file system
    const bool ours = std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs);
    if (ours && unfinished) continue;
    fail(ErrorKind::kState, "{} is not empty", directory.native());
  }
}

os::File own(const fs::path& directory) {
  os::File file(directory / kUnfinished, os::OpenMode::kCreate);
  if (!os::try_lock(file, os::LockKind::kExclusive, {})) {
    fail(ErrorKind::kState, "another process is making a vault in {}", directory.native());
  }
  // Before we had the lock its owner may have finished.
  if (!file.is_linked()) fail(ErrorKind::kState, "{} is not empty", directory.native());
  return file;
}

void write_new_file(const fs::path& path, ByteView bytes) {
  const std::optional<os::File> file = os::File::create_if_absent(path);
  if (!file) fail(ErrorKind::kState, "{} exists already", path.native());
  file->write_at(0, bytes);
  file->sync_data();
}

}  // namespace

Founding::Founding(const fs::path& directory)
    : directory_(fs::absolute(directory)),
      made_directory_(os::make_directory(directory_)),
      identity_((require_free(directory_), own(directory_))) {}

std::shared_ptr<FileStorage> Founding::furnish() const {
  // Durable before anything else is: after a crash it tells what all else is.
  os::sync_directory(directory_);
  clear();
  os::make_directory(directory_ / "segments");
  for (const std::string_view name : kFiles) write_new_file(directory_ / name, {});
  // Whole and written out, so that no later commit needs space to overwrite a slot of it.
  const os::File ring(directory_ / "uberblocks", os::OpenMode::kReadWrite);
  ring.write_at(0, Bytes(kUberblockSlots * kSealedPageBytes));
  ring.sync_data();
  return FileStorage::unnamed(directory_);
}

void Founding::clear() const {
  for (const std::string_view name : kFiles) os::remove_file(directory_ / name);
  std::error_code ignored;  // whatever is left then makes furnishing fail
  fs::remove_all(directory_ / "segments", ignored);
}

Founding::~Founding() {
  if (!identity_.is_linked()) return;
  try {
    clear();
    os::remove_file(directory_ / kUnfinished);
    if (made_directory_) fs::remove(directory_);
  } catch (...) {
    // The next making clears up.
  }
}

}  // namespace sealift::vault
