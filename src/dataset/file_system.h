// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dataset/file.h"
#include "dataset/zap.h"

namespace sealift::dataset {

/// A name in a directory.
struct DirectoryEntry {
  std::string name;
  std::uint64_t object = 0;
  std::uint8_t type = 0;  ///< DT_*; 0: not said, as by old file systems
};

/// A file system in the clear. Names and numbers are as they stand on disk: a name may be anything
/// without a NUL, an entry may lead to any object or none, directories may form a loop. Throws
/// Error(kDamaged) for what no file system is. `from` must outlive it; one thread.
class FileSystem {
 public:
  explicit FileSystem(Plaintext& from);

  Plaintext& plaintext() const { return from_; }
  std::uint64_t root() const { return root_; }
  std::uint64_t version() const { return version_; }
  CaseSensitivity case_sensitivity() const { return case_sensitivity_; }

  /// Throws Error(kDamaged) where there is no such file.
  File file(std::uint64_t object) const;

  /// The names in a directory, in no order and without "." and "..", until `visit` returns false.
  using Visit = std::function<bool(const DirectoryEntry&)>;
  void each_entry(const File& directory, const Visit& visit) const;
  /// All of them, each with the object that it leads to.
  using Names = std::map<std::string, std::uint64_t>;
  Names names(const File& directory) const;
  /// The object of that name, in a file system that does not tell cases apart also of one that
  /// differs in the case of ASCII letters; nothing if there is none.
  std::optional<std::uint64_t> find(const File& directory, std::string_view name) const;

  /// Where a symbolic link points to.
  std::string link_target(const File& link) const;

  /// The file at `path`, taken apart at '/', from the root on. Symbolic links on the way are
  /// followed within the file system; one at the end as `last` says. Throws Error(kState): "no such
  /// file or directory".
  enum class LastLink : std::uint8_t { kKeep, kFollow };
  File resolve(std::string_view path, LastLink last) const;

 private:
  Plaintext& from_;
  std::uint64_t root_ = 0;
  std::uint64_t version_ = 0;
  CaseSensitivity case_sensitivity_ = CaseSensitivity::kSensitive;
  AttributeTables tables_;
};

}  // namespace sealift::dataset
