// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The types of the objects that file systems and volumes are made of (include/sys/dmu.h,
/// dmu_object_type_t).
namespace sealift::dataset {

namespace object_type {
constexpr std::uint32_t kZnode = 17;  ///< of a bonus: attributes as ZPL versions below 5 had them
constexpr std::uint32_t kOldAcl = 18;
constexpr std::uint32_t kFileContents = 19;  ///< of files, symbolic links, devices, fifos, sockets
constexpr std::uint32_t kDirectoryContents = 20;
constexpr std::uint32_t kMasterNode = 21;
constexpr std::uint32_t kUnlinkedSet = 22;
constexpr std::uint32_t kVolume = 23;
constexpr std::uint32_t kVolumeProperties = 24;
constexpr std::uint32_t kAcl = 33;
constexpr std::uint32_t kFuidTable = 35;
constexpr std::uint32_t kFuidTableSize = 36;
constexpr std::uint32_t kSpaceUsed = 39;   ///< of users, groups and projects; never in a stream
constexpr std::uint32_t kSpaceQuota = 40;  ///< of the same
constexpr std::uint32_t kSystemAttributes = 44;  ///< of a bonus, and of its spill block
constexpr std::uint32_t kSaMasterNode = 45;
constexpr std::uint32_t kSaRegistry = 46;
constexpr std::uint32_t kSaLayouts = 47;
}  // namespace object_type

/// Objects whose numbers are the same in each dataset (include/sys/zfs_znode.h, module/zfs/zvol.c).
constexpr std::uint64_t kMasterNodeObject = 1;
constexpr std::uint64_t kVolumeObject = 1;
constexpr std::uint64_t kVolumePropertiesObject = 2;

}  // namespace sealift::dataset
