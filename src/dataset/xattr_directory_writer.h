// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <unordered_set>

#include "dataset/file_system_writer.h"

namespace sealift::dataset {

/// Writes the hidden directories of extended attributes that have no room among the other
/// attributes of a file (module/os/linux/zfs/zfs_dir.c, zfs_make_xattrdir; zpl_xattr.c): each is a
/// file there. One thread.
class XattrDirectoryWriter {
 public:
  struct Tools {
    FileSystemWriter& files;
    const FileSystem* before;  ///< null for a new file system
    Compression compression;
    std::uint64_t record_size;
    /// Objects of `before` that have their place already: no two files share one.
    std::unordered_set<std::uint64_t>& claimed;
  };
  /// What `tools` names must outlive it.
  explicit XattrDirectoryWriter(const Tools& tools) : tools_(tools) {}

  using Xattrs = os::SourceDirectory::ExtendedAttributes;
  /// Makes the directory of object `owner`, which is `file`, hold `xattrs`; what is equal in that
  /// of `before`, null for a new file, stays. Returns its number; 0, and there is none, without
  /// any.
  struct Owner {
    std::uint64_t object = 0;
    const NewFile& file;
    const File* before = nullptr;
  };
  std::uint64_t put(const Owner& owner, const Xattrs& xattrs);
  /// Removes that of a file that is gone.
  void remove(const File& file);

 private:
  using Names = FileSystem::Names;

  std::optional<File> claim_directory(const File* owner);
  std::uint64_t put_value(const std::string& name, const Bytes& value, Names& before);
  void write_value(std::uint64_t object, const Bytes& value);
  bool is_value(const File& file, const Bytes& value) const;
  void remove_all(const Names& names);

  Tools tools_;
};

}  // namespace sealift::dataset
