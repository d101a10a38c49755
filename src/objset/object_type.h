// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// OpenZFS's table of object types (include/sys/dmu.h, module/zfs/dmu.c): the old ones are
/// numbered, newer ones carry their properties in bits.
namespace sealift::objset {

constexpr std::uint32_t kDnodeType = 10;       ///< DMU_OT_DNODE, of the meta-dnode
constexpr std::uint32_t kFileContents = 19;    ///< DMU_OT_PLAIN_FILE_CONTENTS
constexpr std::uint32_t kVolumeContents = 23;  ///< DMU_OT_ZVOL

/// True for objects whose data OpenZFS regards as metadata.
bool is_metadata_type(std::uint32_t object_type);

/// True for objects whose blocks an encrypted dataset encrypts. The others' are in the clear, and
/// only authenticated.
bool is_encrypted_type(std::uint32_t object_type);

}  // namespace sealift::objset
