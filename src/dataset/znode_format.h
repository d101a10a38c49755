// SPDX-License-Identifier: Apache-2.0
// What file systems are made of above ZAPs and system attributes (include/sys/zfs_znode.h,
// include/sys/zfs_sa.h, include/sys/zfs_acl.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealift::dataset {

/// Names in the master node. All values are one integer.
namespace master_node {
constexpr std::string_view kVersion = "VERSION";
constexpr std::string_view kRoot = "ROOT";
constexpr std::string_view kUnlinkedSet = "DELETE_QUEUE";
constexpr std::string_view kSystemAttributes = "SA_ATTRS";
constexpr std::string_view kFuidTable = "FUID";
constexpr std::string_view kShares = "SHARES";
constexpr std::string_view kNormalization = "normalization";
constexpr std::string_view kUtf8Only = "utf8only";
constexpr std::string_view kCaseSensitivity = "casesensitivity";
}  // namespace master_node

/// In a volume's ZAP of properties: its size in bytes.
constexpr std::string_view kVolumeSizeName = "size";

constexpr std::uint64_t kMaxZplVersion = 5;
constexpr std::uint64_t kSaZplVersion = 5;  ///< from which files have system attributes

/// Values of master_node::kCaseSensitivity.
enum class CaseSensitivity : std::uint64_t { kSensitive = 0, kInsensitive = 1, kMixed = 2 };

/// A directory's value: the type of what it names (DT_* of <dirent.h>, which is its mode shifted
/// right by twelve bits), and its object.
namespace directory_entry {
constexpr std::uint64_t kMaxObject = (1ULL << 48) - 1;
constexpr std::uint64_t object_of(std::uint64_t value) {
  return value & kMaxObject;
}
constexpr std::uint8_t type_of(std::uint64_t value) {
  return value >> 60;
}
constexpr std::uint64_t encode(std::uint64_t object, std::uint64_t mode) {
  return object | (mode >> 12 & 0xf) << 60;
}
}  // namespace directory_entry

/// The upper bits of Attribute::kMode: POSIX's numbers for types of files.
namespace file_mode {
constexpr std::uint64_t kTypeMask = 0170000;
constexpr std::uint64_t kFifo = 0010000;
constexpr std::uint64_t kCharacterDevice = 0020000;
constexpr std::uint64_t kDirectory = 0040000;
constexpr std::uint64_t kBlockDevice = 0060000;
constexpr std::uint64_t kRegular = 0100000;
constexpr std::uint64_t kSymlink = 0120000;
constexpr std::uint64_t kSocket = 0140000;
constexpr std::uint64_t kPermissions = 07777;
}  // namespace file_mode

/// Bits of Attribute::kFlags.
namespace znode_flag {
constexpr std::uint64_t kXattr = 0x1;       ///< is, or is in, a directory of extended attributes
constexpr std::uint64_t kInheritAce = 0x2;  ///< its ACL has entries to be inherited
constexpr std::uint64_t kTrivialAcl = 0x4;  ///< its ACL says no more than its mode
constexpr std::uint64_t kObjectAce = 0x8;
constexpr std::uint64_t kProtectedAcl = 0x10;
constexpr std::uint64_t kDefaultedAcl = 0x20;
constexpr std::uint64_t kAutoInheritAcl = 0x40;
constexpr std::uint64_t kScanStamp = 0x80;  ///< of a legacy znode: behind it in the bonus
constexpr std::uint64_t kNoExecsDenied = 0x100;
constexpr std::uint64_t kReadOnly = 1ULL << 32;
constexpr std::uint64_t kHidden = 1ULL << 33;
constexpr std::uint64_t kSystem = 1ULL << 34;
constexpr std::uint64_t kArchive = 1ULL << 35;
constexpr std::uint64_t kImmutable = 1ULL << 36;
constexpr std::uint64_t kNoUnlink = 1ULL << 37;
constexpr std::uint64_t kAppendOnly = 1ULL << 38;
constexpr std::uint64_t kNoDump = 1ULL << 39;
constexpr std::uint64_t kOpaque = 1ULL << 40;
constexpr std::uint64_t kQuarantined = 1ULL << 41;
constexpr std::uint64_t kModified = 1ULL << 42;  ///< ZFS_AV_MODIFIED
constexpr std::uint64_t kReparse = 1ULL << 43;
constexpr std::uint64_t kOffline = 1ULL << 44;
constexpr std::uint64_t kSparse = 1ULL << 45;
constexpr std::uint64_t kInheritsProject = 1ULL << 46;
constexpr std::uint64_t kHasProject = 1ULL << 47;  ///< there is an Attribute::kProject
}  // namespace znode_flag

/// A znode_phys_t, the bonus of files of ZPL versions below 5: sixteen attributes, in the order of
/// kAttributeTable, and behind the flags a pad where `zap` was. A short symbolic link, or a stamp
/// of a virus scanner, follows it in the bonus.
namespace legacy_znode {
constexpr std::size_t kAtimeOffset = 0;
constexpr std::size_t kMtimeOffset = 16;
constexpr std::size_t kCtimeOffset = 32;
constexpr std::size_t kCrtimeOffset = 48;
constexpr std::size_t kGenerationOffset = 64;
constexpr std::size_t kModeOffset = 72;
constexpr std::size_t kSizeOffset = 80;
constexpr std::size_t kParentOffset = 88;
constexpr std::size_t kLinksOffset = 96;
constexpr std::size_t kXattrOffset = 104;
constexpr std::size_t kRdevOffset = 112;
constexpr std::size_t kFlagsOffset = 120;
constexpr std::size_t kUidOffset = 128;
constexpr std::size_t kGidOffset = 136;
constexpr std::size_t kAclOffset = 176;
constexpr std::size_t kBytes = 264;
}  // namespace legacy_znode

/// An ACL in 88 bytes, at the end of a legacy znode, or Attribute::kLegacyAcl (zfs_acl_phys_t).
namespace legacy_acl {
constexpr std::size_t kObjectOffset = 0;  ///< 64 bits: what has the entries, if they do not fit
constexpr std::size_t kSizeOffset =
    8;  ///< 32 bits: of the entries in bytes; version 0: their number
constexpr std::size_t kVersionOffset = 12;  ///< 16 bits
constexpr std::size_t kCountOffset = 14;    ///< 16 bits
constexpr std::size_t kEntriesOffset = 16;
constexpr std::size_t kEntriesBytes = 72;
constexpr std::size_t kBytes = kEntriesOffset + kEntriesBytes;
static_assert(legacy_znode::kAclOffset + kBytes == legacy_znode::kBytes);
/// Version 0: entries of twelve bytes: who and access mask of 32 bits, flags and type of 16.
constexpr std::size_t kOldEntryBytes = 12;
}  // namespace legacy_acl

/// An entry of an ACL of version 1: type and flags of 16 bits and an access mask of 32; then,
/// unless the flags say owner@, group@ or everyone@, whom it is for, in 64 bits; object entries
/// have 32 bytes more.
namespace acl_entry {
constexpr std::size_t kTypeOffset = 0;
constexpr std::size_t kFlagsOffset = 2;
constexpr std::size_t kMaskOffset = 4;
constexpr std::size_t kWhoOffset = 8;
constexpr std::size_t kAbstractBytes = 8;
constexpr std::size_t kBytes = 16;
constexpr std::size_t kObjectBytes = 48;
constexpr std::uint16_t kIdentifierGroup = 0x0040;
constexpr std::uint16_t kOwner = 0x1000;
constexpr std::uint16_t kGroup = 0x2000;
constexpr std::uint16_t kEveryone = 0x4000;
constexpr std::uint16_t kWhoMask = kIdentifierGroup | kOwner | kGroup | kEveryone;
constexpr std::uint16_t kAllow = 0;
constexpr std::uint16_t kDeny = 1;
}  // namespace acl_entry

/// A device's number in Attribute::kRdev, as OpenZFS on Linux keeps it: the kernel's own dev_t.
namespace device_number {
constexpr unsigned kMinorBits = 20;
constexpr std::uint64_t encode(std::uint64_t major, std::uint64_t minor) {
  return major << kMinorBits | minor;
}
constexpr std::uint32_t major_of(std::uint64_t rdev) {
  return static_cast<std::uint32_t>(rdev >> kMinorBits);
}
constexpr std::uint32_t minor_of(std::uint64_t rdev) {
  return static_cast<std::uint32_t>(rdev & ((1U << kMinorBits) - 1));
}
}  // namespace device_number

/// User and group ids above this are FUIDs: in the upper half the index of a domain in the table of
/// them, which is no user of this system.
constexpr std::uint64_t kMaxUid = UINT32_MAX;

}  // namespace sealift::dataset
