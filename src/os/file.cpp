// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "os/directory.h"
#include "os/errno.h"
#include "os/read_at.h"

namespace sealift::os {

namespace {

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY | O_CLOEXEC;
    case OpenMode::kReadWrite:
      return O_RDWR | O_CLOEXEC;
    case OpenMode::kCreate:
      break;
  }
  return O_RDWR | O_CREAT | O_CLOEXEC;
}

int open_retrying(const std::filesystem::path& path, int flags) {
  int descriptor;
  do {
    descriptor = ::open(path.c_str(), flags, 0666);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

}  // namespace

File::File(const std::filesystem::path& path, OpenMode mode)
    : File(open_retrying(path, flags_of(mode)), path) {
  if (descriptor_ < 0) fail_errno("open", path.native());
}

std::optional<File> File::open_if_exists(const std::filesystem::path& path, OpenMode mode) {
  const int descriptor = open_retrying(path, flags_of(mode));
  if (descriptor < 0 && errno == ENOENT) return std::nullopt;
  if (descriptor < 0) fail_errno("open", path.native());
  return File(descriptor, path);
}

std::optional<File> File::create_if_absent(const std::filesystem::path& path) {
  const int descriptor = open_retrying(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC);
  if (descriptor < 0 && errno == EEXIST) return std::nullopt;
  if (descriptor < 0) fail_errno("create", path.native());
  return File(descriptor, path);
}

File File::create_unnamed(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0) return File(descriptor, directory);
  if (errno != EOPNOTSUPP && errno != EISDIR) fail_errno("create a file in", directory.native());
  // Some file systems make none without a name; mkostemp(3) puts a random one for the X's.
  std::string name = directory / "sealift-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) fail_errno("create a file in", directory.native());
  File file(named, directory);
  if (::unlink(name.c_str()) != 0) fail_errno("remove", name);
  return file;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

std::size_t File::read_at(std::uint64_t offset, ByteSpan into) const {
  return os::read_at(descriptor_, offset, into, path_.native());
}

void File::write_at(std::uint64_t offset, ByteView bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                 static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_errno("write", path_.native());
    done += static_cast<std::size_t>(put);
  }
}

void File::start_writeback(std::uint64_t offset, std::uint64_t length) const noexcept {
  static_cast<void>(::sync_file_range(descriptor_, static_cast<off_t>(offset),
                                      static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE));
}

void File::sync_data() const {
  if (::fdatasync(descriptor_) != 0) fail_errno("sync", path_.native());
}

void File::truncate(std::uint64_t length) const {
  if (::ftruncate(descriptor_, static_cast<off_t>(length)) != 0) {
    fail_errno("truncate", path_.native());
  }
}

bool File::allocate(std::uint64_t length) const {
  int error;
  do {
    error = ::fallocate(descriptor_, 0, 0, static_cast<off_t>(length)) == 0 ? 0 : errno;
  } while (error == EINTR);
  if (error == 0) return true;
  constexpr int kCannot[] = {ENOSPC, EDQUOT, EFBIG, EOPNOTSUPP, ENOSYS};
  if (std::find(std::begin(kCannot), std::end(kCannot), error) != std::end(kCannot)) return false;
  errno = error;
  fail_errno("allocate", path_.native());
}

void File::rename(const std::filesystem::path& to) {
  rename_file(path_, to);
  path_ = to;
}

bool File::punch(std::uint64_t offset, std::uint64_t length) const {
  constexpr int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  if (::fallocate(descriptor_, mode, static_cast<off_t>(offset), static_cast<off_t>(length)) == 0) {
    return true;
  }
  if (errno == EOPNOTSUPP || errno == ENOSYS) return false;
  fail_errno("punch a hole into", path_.native());
}

std::uint64_t File::size() const {
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) fail_errno("stat", path_.native());
  return static_cast<std::uint64_t>(status.st_size);
}

bool File::is_linked() const {
  struct stat opened;
  struct stat named;
  if (::fstat(descriptor_, &opened) != 0) fail_errno("stat", path_.native());
  if (::stat(path_.c_str(), &named) != 0) return false;
  return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace sealift::os
