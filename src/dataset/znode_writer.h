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
  std::uint64_t parent = 0;  ///< object of a directory
  std::string target;        ///< of a symbolic link
  os::SourceDirectory::ExtendedAttributes xattrs;
};

/// The system attributes of a file, in the order in which OpenZFS gives them (module/os/linux/zfs/
/// zfs_znode_os.c, zfs_mknode). Its generation is the inode number of the source, by which the next
/// put knows it again.
AttributeValues attributes_of(const NewFile& file);

/// How much of `xattrs` a znode takes: names of what is too large are removed and returned.
std::vector<std::string> drop_large_xattrs(os::SourceDirectory::ExtendedAttributes& xattrs);

}  // namespace sealift::dataset
