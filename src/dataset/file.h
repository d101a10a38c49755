// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dataset/attributes.h"
#include "dataset/znode_format.h"
#include "os/timestamp.h"

namespace sealift::dataset {

using Time = os::Timestamp;

/// What a file system says of a file, whatever its type.
struct File {
  ObjectPtr object;
  Attributes attributes;
  std::uint64_t mode = 0;  ///< with its type: file_mode::*
  std::uint64_t size = 0;  ///< in bytes; of a directory, the number of its entries and two more
  std::uint64_t links = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t flags = 0;  ///< znode_flag::*
  std::uint64_t generation = 0;
  std::uint64_t parent = 0;
  std::uint64_t rdev = 0;             ///< of a device
  std::uint64_t xattr_directory = 0;  ///< 0: none
  std::uint64_t project = 0;
  Time atime, mtime, ctime, crtime;

  std::uint64_t number() const { return object->number; }
  std::uint64_t type() const { return mode & file_mode::kTypeMask; }
  bool is_directory() const { return type() == file_mode::kDirectory; }
  bool is_regular() const { return type() == file_mode::kRegular; }
  bool is_symlink() const { return type() == file_mode::kSymlink; }
  bool is_device() const {
    return type() == file_mode::kCharacterDevice || type() == file_mode::kBlockDevice;
  }
};

/// Throws Error(kDamaged) where an attribute is missing that each file has, or one is impossible: a
/// size of 2^63 bytes and more.
File read_file(ObjectPtr object, Attributes attributes);

}  // namespace sealift::dataset
