// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dataset/attribute_writer.h"
#include "os/source_tree.h"

namespace sealift::dataset {

/// A file as its znode is to describe it.
struct NewFile {
  os::FileStatus status;
  std::uint64_t size = 0;  ///< of a directory, its entries and two more
  std::uint64_t links = 1;
  std::uint64_t parent = 0;      ///< object of a directory
  std::uint64_t generation = 0;  ///< as a rule the inode number of the source
  os::Project project;
  std::string target;  ///< of a symbolic link
  /// Those that stand among the file's other attributes, and the directory of the others, or 0.
  os::SourceDirectory::ExtendedAttributes xattrs;
  std::uint64_t xattr_directory = 0;
  bool is_hidden = false;  ///< it is, or is in, such a directory
};

/// The system attributes of a file, in the order in which OpenZFS gives them (module/os/linux/zfs/
/// zfs_znode_os.c, zfs_mknode).
AttributeValues attributes_of(const NewFile& file);

/// Takes those out of `xattrs` that are too large to stand among a file's other attributes, or too
/// many.
os::SourceDirectory::ExtendedAttributes take_large_xattrs(
    os::SourceDirectory::ExtendedAttributes& xattrs);

}  // namespace sealift::dataset
