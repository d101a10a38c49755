// SPDX-License-Identifier: Apache-2.0
// The layout of ZAP objects, OpenZFS's tables of names and values (include/sys/zap_impl.h,
// include/sys/zap_leaf.h). Numbers are in the byte order of the block that they are in, but for the
// integers of values in fat ZAPs, which are big-endian always.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sealift::dataset {

/// The first eight bytes of each block but those of pointer tables.
namespace zap_block {
constexpr std::uint64_t kLeaf = (1ULL << 63) + 0;
constexpr std::uint64_t kHeader = (1ULL << 63) + 1;
constexpr std::uint64_t kMicro = (1ULL << 63) + 3;
}  // namespace zap_block

/// Longest name, its final NUL included: of old, and with the feature longname.
constexpr std::size_t kMaxZapName = 256;
constexpr std::size_t kMaxLongZapName = 1024;
constexpr std::size_t kMaxZapValueBytes = 8192;

/// A micro ZAP is one block: a header of 64 bytes, then entries of 64 bytes each, in no order. An
/// entry whose name is empty is free. Values are one 64-bit integer.
namespace micro_zap {
constexpr std::size_t kSaltOffset = 8;
constexpr std::size_t kNormalizationOffset = 16;
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kEntryBytes = 64;
// In an entry:
constexpr std::size_t kValueOffset = 0;
constexpr std::size_t kDifferentiatorOffset = 8;  ///< 32 bits: tells names of equal hash apart
constexpr std::size_t kNameOffset = 14;
constexpr std::size_t kNameBytes = 50;  ///< with the final NUL
static_assert(kNameOffset + kNameBytes == kEntryBytes);
/// Larger ones become fat, unless the dataset has the feature large_microzap.
constexpr std::uint32_t kMaxBlockBytes = 128U << 10;
}  // namespace micro_zap

/// A fat ZAP is blocks of one size, a power of two: the header, leaves, and where the pointer table
/// outgrew half of the header, that. The table has 2^shift block numbers; the first `shift` bits of
/// a name's hash are the index of its leaf.
namespace fat_zap {
constexpr std::uint64_t kMagic = 0x2F52AB2ABULL;
constexpr unsigned kMinBlockShift = 9;
constexpr unsigned kDefaultBlockShift = 14;  ///< module/zfs/zap_fat.c, fzap_default_block_shift

// In the header, 64 bits each:
constexpr std::size_t kMagicOffset = 8;
constexpr std::size_t kTableBlockOffset = 16;
constexpr std::size_t kTableBlocksOffset = 24;  ///< 0: the table is in the header
constexpr std::size_t kTableShiftOffset = 32;
constexpr std::size_t kTableNextBlockOffset = 40;  ///< where a larger table is being made, or 0
constexpr std::size_t kTableBlocksCopiedOffset = 48;
constexpr std::size_t kFreeBlockOffset = 56;  ///< the first that is not used yet
constexpr std::size_t kLeavesOffset = 64;
constexpr std::size_t kEntriesOffset = 72;
constexpr std::size_t kSaltOffset = 80;
constexpr std::size_t kNormalizationOffset = 88;
constexpr std::size_t kFlagsOffset = 96;
/// The table in the header has half of the block: 2^(block shift - 4) numbers.
constexpr unsigned embedded_table_shift(unsigned block_shift) {
  return block_shift - 4;
}

namespace flag {
constexpr std::uint64_t kHash48 = 1U << 0;  ///< ZAP_FLAG_HASH64: 48 bits of the hash are used
constexpr std::uint64_t kIntegerKeys = 1U << 1;
constexpr std::uint64_t kPreHashedKeys = 1U << 2;
}  // namespace flag
}  // namespace fat_zap

/// A leaf: a header of 48 bytes, 2^(block shift - 5) heads of hash chains of 16 bits each, and
/// chunks of 24 bytes. A chunk is an entry, 21 bytes of a name or value, or free.
namespace zap_leaf {
constexpr std::uint32_t kMagic = 0x2AB1EAF;
constexpr std::size_t kHeaderBytes = 48;
constexpr std::size_t kChunkBytes = 24;
constexpr std::size_t kArrayBytes = 21;  ///< of a name or value in one chunk
constexpr std::uint16_t kChainEnd = 0xffff;

// In the header:
constexpr std::size_t kPrefixOffset = 16;  ///< 64 bits: that the hashes of all entries begin with
constexpr std::size_t kMagicOffset = 24;   ///< 32 bits
constexpr std::size_t kFreeChunksOffset = 28;    ///< 16 bits
constexpr std::size_t kEntriesOffset = 30;       ///< 16 bits
constexpr std::size_t kPrefixLengthOffset = 32;  ///< 16 bits: of the prefix, in bits
constexpr std::size_t kFreeListOffset = 34;      ///< 16 bits: the first free chunk
constexpr std::size_t kFlagsOffset = 36;         ///< 8 bits
constexpr std::uint8_t kChainsSorted = 1U << 0;  ///< ZLF_ENTRIES_CDSORTED

enum class ChunkType : std::uint8_t { kArray = 251, kEntry = 252, kFree = 253 };

// In a chunk; the first byte is its ChunkType.
// An entry:
constexpr std::size_t kIntegerBytesOffset = 1;     ///< 8 bits: 1, 2, 4 or 8, of the value
constexpr std::size_t kNextEntryOffset = 2;        ///< 16 bits: in its hash chain
constexpr std::size_t kNameChunkOffset = 4;        ///< 16 bits
constexpr std::size_t kNameLengthOffset = 6;       ///< 16 bits: with the final NUL
constexpr std::size_t kValueChunkOffset = 8;       ///< 16 bits
constexpr std::size_t kValueLengthOffset = 10;     ///< 16 bits: in integers
constexpr std::size_t kDifferentiatorOffset = 12;  ///< 32 bits
constexpr std::size_t kHashOffset = 16;            ///< 64 bits
// A part of a name or value, and a free chunk:
constexpr std::size_t kArrayOffset = 1;
constexpr std::size_t kNextOffset = 22;  ///< 16 bits

constexpr unsigned hash_shift(unsigned block_shift) {
  return block_shift - 5;
}
constexpr std::size_t hash_entries(unsigned block_shift) {
  return std::size_t{1} << hash_shift(block_shift);
}
constexpr std::size_t chunks_offset(unsigned block_shift) {
  return kHeaderBytes + 2 * hash_entries(block_shift);
}
constexpr std::size_t chunks(unsigned block_shift) {
  return ((std::size_t{1} << block_shift) - 2 * hash_entries(block_shift)) / kChunkBytes - 2;
}
static_assert(chunks(14) == 638);
/// The chain of `hash` in a leaf whose prefix is `prefix_length` bits long.
constexpr std::size_t hash_chain(std::uint64_t hash, unsigned block_shift, unsigned prefix_length) {
  return (hash >> (64 - hash_shift(block_shift) - prefix_length)) & (hash_entries(block_shift) - 1);
}
}  // namespace zap_leaf

/// OpenZFS's CRC-64 (include/sys/dmu.h, ZFS_CRC64_POLY; ECMA-182, reflected), without the
/// inversions that others have.
constexpr std::array<std::uint64_t, 256> kCrc64Table = [] {
  std::array<std::uint64_t, 256> table{};
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit)
      table[i] = (table[i] >> 1) ^ ((table[i] & 1) != 0 ? 0xC96C5795D7870F42ULL : 0);
  }
  return table;
}();
static_assert(kCrc64Table[128] == 0xC96C5795D7870F42ULL);

constexpr std::uint64_t crc64(std::uint64_t start, ByteView bytes) {
  for (const std::uint8_t byte : bytes) start = (start >> 8) ^ kCrc64Table[(start ^ byte) & 0xff];
  return start;
}

/// The hash of a name, as it stands on disk (module/zfs/zap_impl.c, zap_hash): `salt` is the ZAP's,
/// `flags` are fat_zap::flag's; a name that is normalized is so before. The final NUL is not
/// hashed.
inline std::uint64_t zap_hash(std::string_view name, std::uint64_t salt, std::uint64_t flags = 0) {
  const unsigned bits = (flags & fat_zap::flag::kHash48) != 0 ? 48 : 28;
  return crc64(salt, as_bytes(name)) & ~((1ULL << (64 - bits)) - 1);
}

/// `zap_normflags` of directories (include/sys/u8_textprep.h): what names are compared under.
namespace normalization {
constexpr std::uint64_t kToUpper = 0x02;  ///< case does not matter
constexpr std::uint64_t kFormD = 0x10;
constexpr std::uint64_t kFormC = 0x50;
constexpr std::uint64_t kFormKd = 0x20;
constexpr std::uint64_t kFormKc = 0x60;
}  // namespace normalization

}  // namespace sealift::dataset
