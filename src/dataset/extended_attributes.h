// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "dataset/file_system.h"

namespace sealift::dataset {

/// The largest value of an extended attribute that Linux takes (XATTR_SIZE_MAX).
constexpr std::uint64_t kMaxXattrBytes = 64U << 10;

struct ExtendedAttribute {
  std::string name;  ///< as Linux has it: "user.mime_type"
  Bytes value;       ///< empty where it is larger than anything can take
  std::uint64_t size_bytes = 0;
};

/// Shows the extended attributes of a file in the order of their names: those among its system
/// attributes, and those that are files in its hidden directory. POSIX ACLs are among them, as
/// system.posix_acl_*. Names are what OpenZFS on Linux shows (module/os/linux/zfs/zpl_xattr.c): one
/// of no known namespace becomes "user.NAME". Throws Error(kDamaged).
using VisitXattr = std::function<void(const ExtendedAttribute&)>;
void each_extended_attribute(const FileSystem& files, const File& file, const VisitXattr& visit);

}  // namespace sealift::dataset
