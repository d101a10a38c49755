// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/endian.h"

namespace sealift::objset {

/// The generation of a file, by which another file of the same object number is told from it: in
/// its unsealed bonus of `byte_order`. Nothing where there is none (include/sys/zfs_sa.h,
/// include/sys/sa_impl.h, include/sys/zfs_znode.h).
std::optional<std::uint64_t> file_generation(std::uint32_t bonus_type, ByteView bonus,
                                             Endian byte_order);

}  // namespace sealift::objset
