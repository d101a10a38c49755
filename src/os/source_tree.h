// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "os/fd.h"
#include "os/timestamp.h"

// Files as whoever copies them sees them. Whoever changes them meanwhile must not lead the reader
// astray: nothing is followed but the path that it begins with.

namespace sealift::os {

/// What the kernel says of a file (statx).
struct FileStatus {
  std::uint64_t device = 0;  ///< that it is on
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;  ///< with its type
  std::uint64_t links = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t rdev_major = 0;
  std::uint32_t rdev_minor = 0;
  std::uint64_t size = 0;
  Timestamp atime, mtime, ctime;
  std::optional<Timestamp> birth;
  bool is_immutable = false;
  bool is_append_only = false;
  bool is_no_dump = false;

  bool is_directory() const { return S_ISDIR(mode); }
  bool is_regular() const { return S_ISREG(mode); }
  bool is_same_file(const FileStatus& other) const {
    return device == other.device && inode == other.inode;
  }
};

/// Whose quota a file counts for beside its owner's (FS_IOC_FSGETXATTR).
struct Project {
  std::uint32_t id = 0;
  bool is_inherited = false;  ///< by what is made in the directory
};

/// An open file that is only read.
class SourceFile {
 public:
  /// Follows symbolic links: what a user named.
  explicit SourceFile(const std::string& path);
  SourceFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  /// Fills `into` from `offset`; the count is short only at the end of the file.
  std::size_t read_at(std::uint64_t offset, ByteSpan into) const;
  int descriptor() const { return fd_.get(); }
  FileStatus status() const;
  /// Nothing where the file system has no projects.
  std::optional<Project> project() const;

 private:
  Fd fd_;
  std::string path_;
};

/// An open directory.
class SourceDirectory {
 public:
  /// Follows symbolic links: what a user named.
  explicit SourceDirectory(const std::string& path);

  FileStatus status() const;
  std::optional<Project> project() const;
  struct Entry {
    std::string name;
    std::uint64_t inode = 0;  ///< as the directory tells it: not that of what is mounted there
  };
  /// What is in it but "." and "..", by name in the order of their bytes.
  std::vector<Entry> entries() const;
  /// Nothing where it is gone.
  std::optional<FileStatus> status(const std::string& name) const;
  /// Each is nothing where it is gone, or another kind of file now.
  std::optional<SourceFile> open_file(const std::string& name) const;
  std::optional<SourceDirectory> open_directory(const std::string& name) const;
  std::optional<std::string> link_target(const std::string& name) const;

  using ExtendedAttributes = std::vector<std::pair<std::string, Bytes>>;
  /// Those of a name, or, where it is empty, of the directory; none where the file system has none.
  ExtendedAttributes extended_attributes(const std::string& name) const;

 private:
  SourceDirectory(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  std::string path_of(const std::string& name) const { return path_ + '/' + name; }
  Fd open_at(const std::string& name, int flags) const;

  Fd fd_;
  std::string path_;  ///< for messages
};

/// Whether a shell pattern (fnmatch) is one of all of `text`; '*' stands for '/' too.
bool matches_pattern(const std::string& pattern, const std::string& text);

}  // namespace sealift::os
