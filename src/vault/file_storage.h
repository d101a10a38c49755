// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "os/file.h"
#include "vault/storage.h"

namespace sealift::vault {

/// A vault in a directory of a file system:
///
///     identity        what never changes
///     uberblocks      the ring of root slots
///     writer          empty; whoever commits holds a lock on it
///     readers         empty; a reader of txg N holds a shared lock on its byte N
///     segments/xxxxxxxx   named by number, in hexadecimal; the owner holds a lock on all of it
///     segments/reserve    space set aside; becomes a segment when it is needed
///
/// Locks vanish with the process that holds them, so no crash leaves one behind.
class FileStorage final : public Storage {
 public:
  /// Throws kState if there is no vault in `directory`.
  explicit FileStorage(const std::filesystem::path& directory);

  /// Of a vault that has no identity yet.
  static std::shared_ptr<FileStorage> unnamed(const std::filesystem::path& directory);

  Bytes read_identity() const override;
  void publish_identity(ByteView bytes) override;
  Bytes read_roots() const override;
  void publish(std::size_t slot, ByteView bytes) override;
  std::vector<SegmentFile> segments() const override;
  std::optional<std::size_t> read(std::uint32_t segment, std::uint64_t offset,
                                  ByteSpan into) const override;
  std::unique_ptr<SegmentWriter> claim(std::uint32_t segment) override;
  std::unique_ptr<SegmentWriter> create(std::uint32_t from) override;
  void keep_reserve() override;
  std::unique_ptr<SegmentWriter> create_from_reserve(std::uint32_t from) override;
  void punch(std::uint32_t segment, std::uint64_t offset, std::uint64_t length) override;
  std::unique_ptr<Hold> lock_writer() override;
  std::unique_ptr<Hold> hold(Txg txg) override;
  std::optional<Txg> oldest_hold() const override;

 private:
  enum class Named { kNotYet };
  FileStorage(std::filesystem::path directory, Named);
  std::filesystem::path segment_path(std::uint32_t segment) const;
  std::filesystem::path reserve_path() const;
  struct NewSegment {
    std::uint32_t id;
    os::File file;
  };
  /// Makes and locks the file of the first free number not less than `from`.
  NewSegment create_file(std::uint32_t from) const;
  /// A 32nd of the file system, as OpenZFS keeps of a pool (module/zfs/spa_misc.c,
  /// spa_slop_shift), but no more than a destroy of some 100,000 scattered blocks has to write.
  std::uint64_t reserve_bytes() const;
  std::shared_ptr<const os::File> opened(std::uint32_t segment) const;

  std::filesystem::path directory_;
  mutable std::mutex mutex_;
  /// Segments open for reading.
  mutable std::map<std::uint32_t, std::shared_ptr<const os::File>> opened_;
};

}  // namespace sealift::vault
