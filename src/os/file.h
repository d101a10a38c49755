// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/bytes.h"

namespace sealift::os {

enum class OpenMode : std::uint8_t { kRead, kReadWrite, kCreate };

/// An open file; closed by the destructor. Every call names the path in its Error.
/// Threads may share one: reads and writes are positional.
class File {
 public:
  File(const std::filesystem::path& path, OpenMode mode);
  /// Nothing if there is no such file.
  static std::optional<File> open_if_exists(const std::filesystem::path& path, OpenMode mode);
  /// Makes a new file, open for reading and writing. Nothing if there is one already.
  static std::optional<File> create_if_absent(const std::filesystem::path& path);
  /// A file without a name, in the file system of `directory`: it is gone when it is closed, and
  /// nobody else can open it.
  static File create_unnamed(const std::filesystem::path& directory);

  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  /// Fills `into` from `offset`; the count is short only at the end of the file.
  std::size_t read_at(std::uint64_t offset, ByteSpan into) const;
  void write_at(std::uint64_t offset, ByteView bytes) const;
  /// Asks the kernel to start writing a range out, and does not wait. Only a hint.
  void start_writeback(std::uint64_t offset, std::uint64_t length) const noexcept;
  /// Makes the contents durable, and the length as far as it is needed to read them.
  void sync_data() const;
  void truncate(std::uint64_t length) const;
  /// Makes the file `length` long, of zeros that have their place on the disk already. False if
  /// there is not so much space, or the file system sets none aside.
  bool allocate(std::uint64_t length) const;
  /// Gives the file another name in one step, replacing what has that name.
  void rename(const std::filesystem::path& to);
  /// Returns a range of the file to the file system; it reads as zeros. The length stays.
  /// False if the file system cannot.
  bool punch(std::uint64_t offset, std::uint64_t length) const;

  std::uint64_t size() const;
  /// False once the name it was opened by is gone or names another file.
  bool is_linked() const;

  int descriptor() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  File(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::filesystem::path path_;
};

}  // namespace sealift::os
