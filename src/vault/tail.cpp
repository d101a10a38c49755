// SPDX-License-Identifier: Apache-2.0
#include "vault/tail.h"

#include "base/endian.h"
#include "base/error.h"

namespace sealift::vault {

namespace {

// Header: magic u32, number of growths u32, number of extents u32. Then each as 20 bytes:
// segment u32 and two u64.
constexpr std::uint32_t kTailMagic = 0x54544c53;  // "SLTT"
constexpr std::size_t kTailHeaderBytes = 12;
constexpr std::size_t kEntryBytes = 20;

struct Triple {
  std::uint32_t segment;
  std::uint64_t first;
  std::uint64_t second;
};

void encode_entry(const Triple& entry, std::uint8_t* to) {
  store(to, entry.segment);
  store(to + 4, entry.first);
  store(to + 12, entry.second);
}

Triple decode_entry(const std::uint8_t* from) {
  return {load<std::uint32_t>(from), load<std::uint64_t>(from + 4), load<std::uint64_t>(from + 12)};
}

}  // namespace

std::size_t tail_bytes(std::size_t growths, std::size_t extents) {
  return kTailHeaderBytes + (growths + extents) * kEntryBytes;
}

Bytes encode(const Tail& tail) {
  Bytes bytes(tail_bytes(tail.growth.size(), tail.replaced.size()));
  store(bytes.data(), kTailMagic);
  store(bytes.data() + 4, static_cast<std::uint32_t>(tail.growth.size()));
  store(bytes.data() + 8, static_cast<std::uint32_t>(tail.replaced.size()));
  std::uint8_t* to = bytes.data() + kTailHeaderBytes;
  for (const SegmentGrowth& growth : tail.growth) {
    encode_entry({growth.segment, growth.length, growth.added}, to);
    to += kEntryBytes;
  }
  for (const Extent& extent : tail.replaced) {
    encode_entry({extent.segment, extent.offset, extent.length}, to);
    to += kEntryBytes;
  }
  return bytes;
}

Tail decode_tail(ByteView bytes) {
  if (bytes.size() < kTailHeaderBytes || load<std::uint32_t>(bytes.data()) != kTailMagic) {
    fail(ErrorKind::kDamaged, "a block is no tail of a commit");
  }
  const std::size_t growths = load<std::uint32_t>(bytes.data() + 4);
  const std::size_t extents = load<std::uint32_t>(bytes.data() + 8);
  if (bytes.size() != tail_bytes(growths, extents)) {
    fail(ErrorKind::kDamaged, "the tail of a commit has the wrong size");
  }
  Tail tail;
  const std::uint8_t* from = bytes.data() + kTailHeaderBytes;
  for (std::size_t i = 0; i < growths; ++i, from += kEntryBytes) {
    const Triple entry = decode_entry(from);
    tail.growth.push_back({entry.segment, entry.first, entry.second});
  }
  for (std::size_t i = 0; i < extents; ++i, from += kEntryBytes) {
    const Triple entry = decode_entry(from);
    tail.replaced.push_back({entry.segment, entry.first, entry.second});
  }
  return tail;
}

Extent extent_of(const BlockPointer& pointer) {
  return {pointer.segment, pointer.offset, pointer.length};
}

}  // namespace sealift::vault
