// SPDX-License-Identifier: Apache-2.0
#include "vault/file_storage.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "os/directory.h"
#include "os/lock.h"

namespace sealift::vault {

namespace fs = std::filesystem;

namespace {

/// Files kept open for reading; far below what a process may have open.
constexpr std::size_t kMaxOpened = 128;

/// Identity and uberblocks are read whole, but never more than this.
constexpr std::uint64_t kMaxSmallFileBytes = 1U << 20;

constexpr os::LockRange kWholeFile{};

class FileHold final : public Hold {
 public:
  explicit FileHold(os::File file) : file_(std::move(file)) {}

 private:
  os::File file_;
};

class FileSegmentWriter final : public SegmentWriter {
 public:
  enum class Name { kNew, kDurable };
  FileSegmentWriter(std::uint32_t id, os::File file, Name name)
      : id_(id), file_(std::move(file)), name_(name) {}

  std::uint32_t id() const override { return id_; }
  std::uint64_t length() const override { return file_.size(); }

  void write(std::uint64_t offset, ByteView bytes) override {
    file_.write_at(offset, bytes);
    file_.start_writeback(offset, bytes.size());
  }

  void truncate(std::uint64_t length) override {
    if (file_.size() != length) file_.truncate(length);
  }

  void sync() override {
    file_.sync_data();
    if (name_ == Name::kNew) os::sync_directory(file_.path().parent_path());
    name_ = Name::kDurable;
  }

  void remove() override { os::remove_file(file_.path()); }

 private:
  std::uint32_t id_;
  os::File file_;
  Name name_;
};

/// The number that a file of segments/ has, if it is one of ours.
std::optional<std::uint32_t> segment_number(std::string_view name) {
  std::uint32_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, number, 16);
  if (name.size() != 8 || error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

Bytes read_small_file(const fs::path& path) {
  const os::File file(path, os::OpenMode::kRead);
  Bytes bytes(std::min(file.size(), kMaxSmallFileBytes));
  bytes.resize(file.read_at(0, bytes));
  return bytes;
}

}  // namespace

FileStorage::FileStorage(const fs::path& directory) : directory_(fs::absolute(directory)) {
  if (os::File::open_if_exists(directory_ / "identity", os::OpenMode::kRead)) return;
  Error error(ErrorKind::kState, fmt::format("there is no vault in {}", directory.native()));
  error.set_hint("sealift init NAME --dir DIR makes one");
  throw error;
}

FileStorage::FileStorage(fs::path directory, Named) : directory_(std::move(directory)) {}

std::shared_ptr<FileStorage> FileStorage::unnamed(const fs::path& directory) {
  return std::shared_ptr<FileStorage>(new FileStorage(fs::absolute(directory), Named::kNotYet));
}

fs::path FileStorage::segment_path(std::uint32_t segment) const {
  return directory_ / "segments" / fmt::format("{:08x}", segment);
}

fs::path FileStorage::reserve_path() const {
  return directory_ / "segments" / "reserve";
}

Bytes FileStorage::read_identity() const {
  return read_small_file(directory_ / "identity");
}

void FileStorage::publish_identity(ByteView bytes) {
  os::File file(directory_ / "identity.new", os::OpenMode::kCreate);
  file.truncate(0);
  file.write_at(0, bytes);
  file.sync_data();
  os::sync_directory(directory_);
  file.rename(directory_ / "identity");
  os::sync_directory(directory_);
  os::sync_directory(directory_ / "..");
}

Bytes FileStorage::read_roots() const {
  return read_small_file(directory_ / "uberblocks");
}

void FileStorage::publish(std::size_t slot, ByteView bytes) {
  const os::File file(directory_ / "uberblocks", os::OpenMode::kReadWrite);
  file.write_at(slot * bytes.size(), bytes);
  file.sync_data();
}

std::vector<Storage::SegmentFile> FileStorage::segments() const {
  std::vector<SegmentFile> found;
  for (const std::string& name : os::list_directory(directory_ / "segments")) {
    const std::optional<std::uint32_t> number = segment_number(name);
    if (!number) continue;
    const auto file = os::File::open_if_exists(segment_path(*number), os::OpenMode::kRead);
    if (file) found.push_back({*number, file->size()});
  }
  return found;
}

std::shared_ptr<const os::File> FileStorage::opened(std::uint32_t segment) const {
  const std::lock_guard lock(mutex_);
  if (const auto known = opened_.find(segment); known != opened_.end()) return known->second;
  auto file = os::File::open_if_exists(segment_path(segment), os::OpenMode::kRead);
  if (!file) return nullptr;
  if (opened_.size() >= kMaxOpened) opened_.clear();
  auto shared = std::make_shared<const os::File>(std::move(*file));
  opened_.emplace(segment, shared);
  return shared;
}

std::optional<std::size_t> FileStorage::read(std::uint32_t segment, std::uint64_t offset,
                                             ByteSpan into) const {
  const std::shared_ptr<const os::File> file = opened(segment);
  if (file == nullptr) return std::nullopt;
  return file->read_at(offset, into);
}

std::unique_ptr<SegmentWriter> FileStorage::claim(std::uint32_t segment) {
  auto file = os::File::open_if_exists(segment_path(segment), os::OpenMode::kReadWrite);
  if (!file || !os::try_lock(*file, os::LockKind::kExclusive, kWholeFile)) return nullptr;
  // Between opening and locking its last owner may have removed it.
  if (!file->is_linked()) return nullptr;
  // It is written only if a commit knows it, and that commit made its name durable.
  return std::make_unique<FileSegmentWriter>(segment, std::move(*file),
                                             FileSegmentWriter::Name::kDurable);
}

FileStorage::NewSegment FileStorage::create_file(std::uint32_t from) const {
  for (std::uint32_t id = from;; ++id) {
    auto file = os::File::create_if_absent(segment_path(id));
    if (!file) continue;
    // Between creating and locking a writer that cleans up may have taken it for a leftover.
    if (os::try_lock(*file, os::LockKind::kExclusive, kWholeFile) && file->is_linked())
      return {id, std::move(*file)};
  }
}

std::unique_ptr<SegmentWriter> FileStorage::create(std::uint32_t from) {
  NewSegment made = create_file(from);
  return std::make_unique<FileSegmentWriter>(made.id, std::move(made.file),
                                             FileSegmentWriter::Name::kNew);
}

std::uint64_t FileStorage::reserve_bytes() const {
  constexpr std::uint64_t min = 256U << 10;
  constexpr std::uint64_t max = 8U << 20;
  std::error_code error;
  const fs::space_info space = fs::space(directory_, error);
  return error ? min : std::clamp<std::uint64_t>(space.capacity / 32, min, max);
}

void FileStorage::keep_reserve() {
  const std::uint64_t wanted = reserve_bytes();
  const os::File file(reserve_path(), os::OpenMode::kCreate);
  if (file.size() >= wanted || !os::try_lock(file, os::LockKind::kExclusive, kWholeFile)) return;
  if (file.is_linked() && !file.allocate(wanted)) os::remove_file(reserve_path());
}

std::unique_ptr<SegmentWriter> FileStorage::create_from_reserve(std::uint32_t from) {
  auto reserve = os::File::open_if_exists(reserve_path(), os::OpenMode::kReadWrite);
  if (!reserve || !os::try_lock(*reserve, os::LockKind::kExclusive, kWholeFile)) return nullptr;
  if (!reserve->is_linked() || reserve->size() == 0) return nullptr;
  // First the name is made ours, so that the reserve takes nobody else's.
  const NewSegment name = create_file(from);
  reserve->rename(name.file.path());
  return std::make_unique<FileSegmentWriter>(name.id, std::move(*reserve),
                                             FileSegmentWriter::Name::kNew);
}

void FileStorage::punch(std::uint32_t segment, std::uint64_t offset, std::uint64_t length) {
  const auto file = os::File::open_if_exists(segment_path(segment), os::OpenMode::kReadWrite);
  if (file) file->punch(offset, length);
}

std::unique_ptr<Hold> FileStorage::lock_writer() {
  os::File file(directory_ / "writer", os::OpenMode::kReadWrite);
  os::lock(file, os::LockKind::kExclusive, kWholeFile);
  return std::make_unique<FileHold>(std::move(file));
}

std::unique_ptr<Hold> FileStorage::hold(Txg txg) {
  os::File file(directory_ / "readers", os::OpenMode::kRead);
  os::lock(file, os::LockKind::kShared, {txg.value, 1});
  return std::make_unique<FileHold>(std::move(file));
}

std::optional<Txg> FileStorage::oldest_hold() const {
  const os::File file(directory_ / "readers", os::OpenMode::kReadWrite);
  std::optional<Txg> oldest;
  // The kernel names some lock in the range, not the lowest: look below it until there is none.
  os::LockRange below = kWholeFile;
  while (const std::optional<std::uint64_t> locked = os::locked_offset(file, below)) {
    oldest = Txg{*locked};
    if (*locked == 0) break;
    below = {0, *locked};
  }
  return oldest;
}

}  // namespace sealift::vault
