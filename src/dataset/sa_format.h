// SPDX-License-Identifier: Apache-2.0
// The layout of system attributes, what OpenZFS keeps of a file beside its contents
// (include/sys/sa_impl.h, module/zfs/sa.c, module/zfs/zfs_sa.c).
//
// A dataset numbers its attributes in a registry, and the lists of attributes that files have in
// layouts: two ZAPs, found through a ZAP that the master node names. A file's bonus, and its spill
// block, are a header that names a layout, and the values in that layout's order, each of them at a
// multiple of eight bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealift::dataset {

namespace sa_header {
constexpr std::uint32_t kMagic = 0x2F505A;
constexpr std::size_t kInfoOffset = 4;     ///< 16 bits: layout in bits 0 to 9, size / 8 above
constexpr std::size_t kLengthsOffset = 6;  ///< 16 bits for each attribute of no fixed length
constexpr unsigned kLayoutBits = 10;
constexpr std::uint64_t kMaxLayout = (1U << kLayoutBits) - 1;

/// Bytes before the first value, where `variable` attributes have no fixed length.
constexpr std::size_t size_for(std::size_t variable) {
  return (kLengthsOffset + 2 * variable + 7) / 8 * 8;
}
constexpr std::uint16_t encode_info(std::uint64_t layout, std::size_t header_bytes) {
  return static_cast<std::uint16_t>(layout | header_bytes / 8 << kLayoutBits);
}
constexpr std::uint64_t layout_of(std::uint16_t info) {
  return info & kMaxLayout;
}
constexpr std::size_t size_of(std::uint16_t info) {
  return std::size_t{info} >> kLayoutBits << 3;
}
}  // namespace sa_header

/// Layouts that no ZAP lists: that of a legacy znode, and the empty one.
constexpr std::uint64_t kLegacyLayout = 0;
constexpr std::uint64_t kEmptyLayout = 1;
/// The first number that OpenZFS gives a layout of its own.
constexpr std::uint64_t kFirstLayout = 2;

/// Names in the SA master node.
constexpr std::string_view kSaRegistryName = "REGISTRY";
constexpr std::string_view kSaLayoutsName = "LAYOUTS";

/// How the values of an attribute are swapped where a block has the other byte order.
enum class SaByteswap : std::uint8_t {
  kWords64 = 0,
  kWords32 = 1,
  kWords16 = 2,
  kBytes = 3,
  kAcl = 4,
};

/// A value of the registry: number, kind of byte swapping, length.
namespace sa_registration {
constexpr std::uint64_t encode(std::uint16_t number, SaByteswap swap, std::uint16_t length) {
  return number | std::uint64_t{static_cast<std::uint8_t>(swap)} << 16 |
         std::uint64_t{length} << 24;
}
constexpr std::uint16_t number_of(std::uint64_t value) {
  return value & 0xffff;
}
constexpr std::uint8_t swap_of(std::uint64_t value) {
  return value >> 16 & 0xff;
}
constexpr std::uint16_t length_of(std::uint64_t value) {
  return value >> 24 & 0xffff;
}
}  // namespace sa_registration

/// The attributes of file systems, in the order in which OpenZFS registers them. On disk each
/// dataset has numbers of its own for those behind the first sixteen.
enum class Attribute : std::uint8_t {
  kAtime,
  kMtime,
  kCtime,
  kCrtime,
  kGeneration,
  kMode,
  kSize,
  kParent,
  kLinks,
  kXattr,
  kRdev,
  kFlags,
  kUid,
  kGid,
  kPad,
  kLegacyAcl,
  kAclCount,
  kSymlink,
  kScanStamp,
  kAcl,
  kXattrs,
  kProject,
  kSequence,
};
constexpr std::size_t kAttributes = 23;

struct AttributeInfo {
  Attribute attribute;
  std::string_view name;
  std::uint16_t length;  ///< bytes; 0: each value has its own
  SaByteswap swap;
};

/// Indexed by Attribute. The first sixteen always have their index as number.
constexpr std::array<AttributeInfo, kAttributes> kAttributeTable = {{
    {Attribute::kAtime, "ZPL_ATIME", 16, SaByteswap::kWords64},
    {Attribute::kMtime, "ZPL_MTIME", 16, SaByteswap::kWords64},
    {Attribute::kCtime, "ZPL_CTIME", 16, SaByteswap::kWords64},
    {Attribute::kCrtime, "ZPL_CRTIME", 16, SaByteswap::kWords64},
    {Attribute::kGeneration, "ZPL_GEN", 8, SaByteswap::kWords64},
    {Attribute::kMode, "ZPL_MODE", 8, SaByteswap::kWords64},
    {Attribute::kSize, "ZPL_SIZE", 8, SaByteswap::kWords64},
    {Attribute::kParent, "ZPL_PARENT", 8, SaByteswap::kWords64},
    {Attribute::kLinks, "ZPL_LINKS", 8, SaByteswap::kWords64},
    {Attribute::kXattr, "ZPL_XATTR", 8, SaByteswap::kWords64},
    {Attribute::kRdev, "ZPL_RDEV", 8, SaByteswap::kWords64},
    {Attribute::kFlags, "ZPL_FLAGS", 8, SaByteswap::kWords64},
    {Attribute::kUid, "ZPL_UID", 8, SaByteswap::kWords64},
    {Attribute::kGid, "ZPL_GID", 8, SaByteswap::kWords64},
    {Attribute::kPad, "ZPL_PAD", 32, SaByteswap::kWords64},
    {Attribute::kLegacyAcl, "ZPL_ZNODE_ACL", 88, SaByteswap::kBytes},
    {Attribute::kAclCount, "ZPL_DACL_COUNT", 8, SaByteswap::kWords64},
    {Attribute::kSymlink, "ZPL_SYMLINK", 0, SaByteswap::kBytes},
    {Attribute::kScanStamp, "ZPL_SCANSTAMP", 32, SaByteswap::kBytes},
    {Attribute::kAcl, "ZPL_DACL_ACES", 0, SaByteswap::kAcl},
    {Attribute::kXattrs, "ZPL_DXATTR", 0, SaByteswap::kBytes},
    {Attribute::kProject, "ZPL_PROJID", 8, SaByteswap::kWords64},
    {Attribute::kSequence, "ZPL_SEQ", 8, SaByteswap::kWords64},
}};
constexpr std::size_t kLegacyAttributes = 16;

/// The names of kXattrs, a packed nvlist (XDR) of byte arrays: at most this much of it, and of one
/// value, is kept there; the rest is in the hidden directory that kXattr names
/// (include/sys/zfs_sa.h).
constexpr std::size_t kMaxXattrsBytes = 64U << 10;
constexpr std::size_t kMaxXattrValueBytes = 32U << 10;

}  // namespace sealift::dataset
