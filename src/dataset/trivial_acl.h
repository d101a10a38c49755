// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sealift::dataset {

/// The ACL that says no more than a mode does, as OpenZFS gives it to files (module/os/linux/zfs/
/// zfs_acl.c, zfs_acl_chmod).
struct TrivialAcl {
  std::uint64_t count = 0;
  Bytes entries;
};
TrivialAcl trivial_acl(std::uint64_t mode);

}  // namespace sealift::dataset
