// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/strong.h"

namespace sealift::vault {

/// The number of one atomic commit of a vault.
using Txg = Strong<struct TxgTag>;

/// 256 bits, of the kind that the vault was made with.
using Checksum = std::array<std::uint8_t, 32>;

enum class ChecksumKind : std::uint8_t { kSha256 = 1, kFletcher4 = 2 };

/// A block holds at most one OpenZFS record (16 MiB) and some framing.
constexpr std::uint32_t kMaxBlockBytes = (16U << 20) + (64U << 10);

/// A segment of this length takes no new block, unless a vault was made with another.
constexpr std::uint64_t kDefaultSegmentBytes = 1U << 30;

/// The parent's record of a block: where it is, how long, and what it must sum to.
/// (segment, offset) is a logical address and never changes. A null pointer has length 0.
struct BlockPointer {
  std::uint32_t segment = 0;
  std::uint32_t length = 0;  ///< bytes
  std::uint64_t offset = 0;  ///< bytes from the segment's start
  Checksum checksum{};

  bool is_null() const { return length == 0; }
  bool same_place(const BlockPointer& other) const {
    return segment == other.segment && offset == other.offset && length == other.length;
  }
  bool operator==(const BlockPointer&) const = default;
};

/// Size of an encoded BlockPointer: segment, length, offset (little-endian), checksum.
constexpr std::size_t kBlockPointerBytes = 48;

void encode(const BlockPointer& pointer, std::uint8_t* to);
/// Takes any 48 bytes; the pointer's sanity is checked when it is read.
BlockPointer decode_block_pointer(const std::uint8_t* from);

}  // namespace sealift::vault
