// SPDX-License-Identifier: Apache-2.0
#include "objset/authentic_pointer.h"

#include <algorithm>

#include "objset/object_type.h"

namespace sealift::objset {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint8_t kUncompressed = 2;  // ZIO_COMPRESS_OFF

// Places in the property word (include/sys/spa.h).
constexpr unsigned kPhysicalSizeBit = 16;
constexpr unsigned kCompressionBit = 32;
constexpr unsigned kTypeBit = 48;
constexpr unsigned kLevelBit = 56;
constexpr unsigned kEncryptedBit = 61;
constexpr unsigned kByteOrderBit = 63;

/// Sizes are told in sectors, less one.
std::uint64_t sectors(std::uint64_t bytes) {
  return bytes / kSector - 1;
}

/// Of an indirect block nothing is on the wire, so nothing that may differ counts.
std::uint64_t indirect_properties(const TreeKind& tree, unsigned level) {
  return sectors(1ULL << tree.indirect_shift) | std::uint64_t{tree.object_type} << kTypeBit |
         std::uint64_t{level} << kLevelBit | 1ULL << kEncryptedBit;
}

std::uint64_t data_properties(const Entry& entry, std::uint32_t type) {
  return sectors(entry.logical_size) | sectors(entry.where.length) << kPhysicalSizeBit |
         std::uint64_t{entry.compression} << kCompressionBit | std::uint64_t{type} << kTypeBit |
         1ULL << kEncryptedBit |
         std::uint64_t{entry.byte_order == Endian::kLittle} << kByteOrderBit;
}

/// A dnode block is never compressed, and what we store of it is not what was encrypted.
std::uint64_t dnode_block_properties(const Entry& entry) {
  Entry whole = entry;
  whole.compression = kUncompressed;
  whole.logical_size = kDnodeBlockBytes;
  whole.where.length = kDnodeBlockBytes;
  return data_properties(whole, kDnodeType);
}

AuthenticPointer pack(std::uint64_t properties, const stream::Mac& mac) {
  AuthenticPointer pointer{};
  store(pointer.data(), properties, Endian::kLittle);
  std::copy(mac.begin(), mac.end(), pointer.begin() + sizeof properties);
  return pointer;
}

}  // namespace

AuthenticPointer authentic_pointer(const Entry& entry, const TreeKind& tree, unsigned level) {
  if (entry.is_hole()) return {};
  if (level != 0) return pack(indirect_properties(tree, level), entry.sealing.mac);
  if (tree.object_type == kDnodeType) return pack(dnode_block_properties(entry), entry.sealing.mac);
  return pack(data_properties(entry, tree.object_type), entry.sealing.mac);
}

AuthenticPointer authentic_spill(const Dnode& dnode) {
  return pack(data_properties(dnode.spill, dnode.bonus_type), dnode.spill.sealing.mac);
}

stream::Mac indirect_mac_of(const crypto::Sha512Digest& digest) {
  stream::Mac mac;
  std::copy_n(digest.begin(), mac.size(), mac.begin());
  return mac;
}

bool is_mac_known(const Entry& entry, unsigned level) {
  return level == 0 || entry.kind != EntryKind::kBlock || entry.sealing.mac != stream::Mac{};
}

stream::Mac indirect_mac(const std::vector<Entry>& entries, const TreeKind& tree, unsigned level) {
  crypto::Sha512 hash;
  for (const Entry& entry : entries) {
    if (!is_mac_known(entry, level)) return {};
    hash.update(authentic_pointer(entry, tree, level));
  }
  return indirect_mac_of(hash.finish());
}

}  // namespace sealift::objset
