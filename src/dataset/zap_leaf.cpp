// SPDX-License-Identifier: Apache-2.0
#include "dataset/zap_leaf.h"

#include <algorithm>

#include "base/error.h"
#include "dataset/zap_format.h"

namespace sealift::dataset {

using namespace zap_leaf;

namespace {

constexpr auto kEntryType = static_cast<std::uint8_t>(ChunkType::kEntry);
constexpr auto kArrayType = static_cast<std::uint8_t>(ChunkType::kArray);

[[noreturn]] void damaged(const char* what) {
  fail(ErrorKind::kDamaged, "a ZAP leaf with {}", what);
}

}  // namespace

ZapLeaf::ZapLeaf(Block block, unsigned block_shift)
    : block_(std::move(block)), block_shift_(block_shift) {
  const std::uint8_t* bytes = block_.bytes.data();
  if (field<std::uint64_t>(bytes, 0) != zap_block::kLeaf ||
      field<std::uint32_t>(bytes, kMagicOffset) != zap_leaf::kMagic)
    damaged("another magic number");
  prefix_ = field<std::uint64_t>(bytes, kPrefixOffset);
  prefix_bits_ = field<std::uint16_t>(bytes, kPrefixLengthOffset);
  if (prefix_bits_ + hash_shift(block_shift_) > 64 ||
      (prefix_bits_ < 64 && prefix_ >> prefix_bits_ != 0))
    damaged("an impossible prefix");
}

/// Throws where there is no chunk of that number and type.
const std::uint8_t* ZapLeaf::chunk(std::size_t number, std::uint8_t type) const {
  if (number >= chunks(block_shift_)) damaged("a chain that leaves it");
  const std::uint8_t* found =
      block_.bytes.data() + chunks_offset(block_shift_) + number * kChunkBytes;
  if (*found != type) damaged("a chain into something else");
  return found;
}

bool ZapLeaf::each(const Zap::Visit& visit) const {
  const std::uint8_t* at = block_.bytes.data() + chunks_offset(block_shift_);
  std::size_t left = field<std::uint16_t>(block_.bytes.data(), kEntriesOffset);
  ZapEntry entry;
  for (std::size_t i = 0; i < chunks(block_shift_); ++i, at += kChunkBytes) {
    if (*at != kEntryType) continue;
    if (left-- == 0) damaged("more entries than it says");
    read_entry(at, entry);
    if (!visit(entry)) return false;
  }
  if (left != 0) damaged("fewer entries than it says");
  return true;
}

std::optional<ZapEntry> ZapLeaf::find(std::string_view name, std::uint64_t hash) const {
  const std::size_t chain = hash_chain(hash, block_shift_, prefix_bits_);
  auto next = field<std::uint16_t>(block_.bytes.data() + kHeaderBytes, 2 * chain);
  for (std::size_t steps = 0; next != kChainEnd; ++steps) {
    if (steps == chunks(block_shift_)) damaged("a chain without an end");
    const std::uint8_t* at = chunk(next, kEntryType);
    if (field<std::uint64_t>(at, kHashOffset) == hash &&
        field<std::uint16_t>(at, kNameLengthOffset) == name.size() + 1) {
      ZapEntry entry;
      read_entry(at, entry);
      if (entry.name == name) return entry;
    }
    next = field<std::uint16_t>(at, kNextEntryOffset);
  }
  return std::nullopt;
}

void ZapLeaf::read_entry(const std::uint8_t* entry, ZapEntry& into) const {
  read_name(entry, into.name);
  read_value(entry, into);
}

void ZapLeaf::read_name(const std::uint8_t* entry, std::string& into) const {
  const std::size_t length = field<std::uint16_t>(entry, kNameLengthOffset);
  if (length < 2 || length > kMaxLongZapName) damaged("a name of an impossible length");
  into.resize(length);
  read_array(field<std::uint16_t>(entry, kNameChunkOffset),
             {reinterpret_cast<std::uint8_t*>(into.data()), length});
  if (into.find('\0') != length - 1) damaged("a name that does not end where it says");
  into.pop_back();
}

void ZapLeaf::read_value(const std::uint8_t* entry, ZapEntry& into) const {
  const std::size_t count = field<std::uint16_t>(entry, kValueLengthOffset);
  into.integer_bytes = entry[kIntegerBytesOffset];
  const std::size_t each = into.integer_bytes;
  if ((each != 1 && each != 2 && each != 4 && each != 8) || count * each > kMaxZapValueBytes)
    damaged("a value of an impossible size");
  std::array<std::uint8_t, kMaxZapValueBytes> bytes;
  read_array(field<std::uint16_t>(entry, kValueChunkOffset), {bytes.data(), count * each});
  into.integers.assign(count, 0);
  for (std::size_t i = 0; i < count * each; ++i)
    into.integers[i / each] = into.integers[i / each] << 8 | bytes[i];
}

void ZapLeaf::read_array(std::uint16_t first, ByteSpan into) const {
  while (!into.empty()) {
    const std::uint8_t* at = chunk(first, kArrayType);
    const std::size_t count = std::min(into.size(), kArrayBytes);
    std::copy_n(at + kArrayOffset, count, into.begin());
    into = into.subspan(count);
    first = field<std::uint16_t>(at, kNextOffset);
  }
}

}  // namespace sealift::dataset
