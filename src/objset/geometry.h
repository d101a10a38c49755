// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sealift::objset {

/// log2 of an OpenZFS block pointer's 128 bytes (include/sys/spa.h, SPA_BLKPTRSHIFT).
constexpr unsigned kPointerShift = 7;
/// include/sys/dnode.h: DN_MIN_INDBLKSHIFT, DN_MAX_INDBLKSHIFT, DN_MAX_LEVELS, DN_MAX_NBLKPTR.
constexpr std::uint8_t kMinIndirectShift = 12;
constexpr std::uint8_t kMaxIndirectShift = 17;
constexpr std::uint8_t kMaxLevels = 10;
constexpr std::uint8_t kMaxPointers = 3;

/// The shape of one block tree: `pointers` pointers of level `levels` - 1, and indirect blocks
/// of 2^(indirect_shift - 7) entries below them. A block is numbered within its level.
struct Geometry {
  std::uint8_t levels = 1;
  std::uint8_t pointers = 1;
  std::uint8_t indirect_shift = kMaxIndirectShift;

  bool operator==(const Geometry&) const = default;

  bool is_valid() const {
    return levels >= 1 && levels <= kMaxLevels && pointers >= 1 && pointers <= kMaxPointers &&
           indirect_shift >= kMinIndirectShift && indirect_shift <= kMaxIndirectShift;
  }
  unsigned entry_shift() const { return indirect_shift - kPointerShift; }
  std::uint64_t entries_per_node() const { return 1ULL << entry_shift(); }

  /// Level-0 blocks that one pointer of `level` spans; saturates at 2^64 - 1.
  std::uint64_t span(unsigned level) const {
    const unsigned shift = entry_shift() * level;
    return shift >= 64 ? UINT64_MAX : 1ULL << shift;
  }
  /// Number of the level-`level` block above level-0 block `block`.
  std::uint64_t ancestor(std::uint64_t block, unsigned level) const {
    const unsigned shift = entry_shift() * level;
    return shift >= 64 ? 0 : block >> shift;
  }
  /// The level-0 blocks [first, end) below block `index` of `level`; saturates.
  struct Blocks {
    std::uint64_t first;
    std::uint64_t end;
  };
  Blocks blocks_of(unsigned level, std::uint64_t index) const {
    const std::uint64_t one = span(level);
    const std::uint64_t first = index > UINT64_MAX / one ? UINT64_MAX : index * one;
    return {first, first > UINT64_MAX - one ? UINT64_MAX : first + one};
  }
  /// Level-0 blocks that the whole tree can hold; saturates.
  std::uint64_t capacity() const {
    const std::uint64_t one = span(levels - 1U);
    return one > UINT64_MAX / pointers ? UINT64_MAX : one * pointers;
  }
};

}  // namespace sealift::objset
