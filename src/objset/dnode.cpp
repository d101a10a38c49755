// SPDX-License-Identifier: Apache-2.0
#include "objset/dnode.h"

#include <algorithm>

#include "objset/byte_codec.h"

namespace sealift::objset {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::uint8_t kHasSpill = 0x01;
constexpr std::uint8_t kIsCut = 0x02;
constexpr std::uint8_t kHasHoleEnd = 0x04;
constexpr std::uint32_t kObjectTypeSystemAttributes = 44;  // DMU_OT_SA

std::uint8_t flags_of(const Dnode& dnode) {
  return static_cast<std::uint8_t>((dnode.has_spill ? kHasSpill : 0) |
                                   (dnode.uncut_size != 0 ? kIsCut : 0) |
                                   (dnode.hole_end != 0 ? kHasHoleEnd : 0));
}

void pack_dnode(Packer& pack, Bytes& out, const Dnode& dnode) {
  pack.put(dnode.type);
  pack.put(dnode.bonus_type);
  pack.put(dnode.block_size);
  pack.put(dnode.bonus_length);
  pack.put(dnode.checksum_type);
  pack.put(dnode.compress);
  pack.put(dnode.slots);
  pack.put(flags_of(dnode));
  pack.put(dnode.geometry.levels);
  pack.put(dnode.geometry.pointers);
  pack.put(dnode.geometry.indirect_shift);
  pack.put(dnode.max_block);
  if (dnode.uncut_size != 0) pack.put(dnode.uncut_size);
  if (dnode.hole_end != 0) pack.put(dnode.hole_end);
  pack.put_sized(dnode.bonus);
  std::vector<Entry> entries = dnode.pointers;
  entries.push_back(dnode.spill);
  encode_entries(entries, out);
}

void check_shape(const Dnode& dnode) {
  const bool sane =
      dnode.geometry.is_valid() && dnode.slots >= 1 && dnode.slots <= stream::kMaxDnodeSlots &&
      dnode.block_size >= stream::kMinBlockSize && dnode.block_size <= stream::kMaxBlockSize &&
      dnode.block_size % stream::kMinBlockSize == 0;
  if (!sane) fail(ErrorKind::kDamaged, "a dnode of impossible shape");
}

void check_cut(const Dnode& dnode) {
  if (!is_cut_size(dnode.uncut_size) || dnode.block_size != stream::kOldMaxBlockSize ||
      dnode.max_block != dnode.uncut_size / dnode.block_size)
    fail(ErrorKind::kDamaged, "a dnode whose block was cut in an impossible way");
}

Dnode unpack_dnode(Unpacker& unpack) {
  Dnode dnode;
  dnode.type = unpack.take<std::uint32_t>();
  dnode.bonus_type = unpack.take<std::uint32_t>();
  dnode.block_size = unpack.take<std::uint32_t>();
  dnode.bonus_length = unpack.take<std::uint32_t>();
  dnode.checksum_type = unpack.take<std::uint8_t>();
  dnode.compress = unpack.take<std::uint8_t>();
  dnode.slots = unpack.take<std::uint8_t>();
  const auto flags = unpack.take<std::uint8_t>();
  dnode.has_spill = (flags & kHasSpill) != 0;
  dnode.geometry.levels = unpack.take<std::uint8_t>();
  dnode.geometry.pointers = unpack.take<std::uint8_t>();
  dnode.geometry.indirect_shift = unpack.take<std::uint8_t>();
  check_shape(dnode);
  dnode.max_block = unpack.take<std::uint64_t>();
  if ((flags & kIsCut) != 0) {
    dnode.uncut_size = unpack.take<std::uint32_t>();
    check_cut(dnode);
  }
  if ((flags & kHasHoleEnd) != 0) dnode.hole_end = unpack.take<std::uint64_t>();
  const ByteView bonus = unpack.take_sized();
  dnode.bonus.assign(bonus.begin(), bonus.end());
  DecodedEntries decoded = decode_entries(unpack.rest(), dnode.geometry.pointers + 1U);
  dnode.spill = decoded.entries.back();
  decoded.entries.pop_back();
  dnode.pointers = std::move(decoded.entries);
  unpack = Unpacker(decoded.rest);
  return dnode;
}

}  // namespace

Bytes encode_dnode_block(const DnodeBlock& block) {
  Bytes out;
  out.reserve(8192);
  Packer pack(out);
  pack.put(kLayoutVersion);
  pack.put(static_cast<std::uint8_t>(block.size()));
  for (const auto& [slot, dnode] : block) {
    pack.put(static_cast<std::uint8_t>(slot));
    pack_dnode(pack, out, dnode);
  }
  return out;
}

DnodeBlock decode_dnode_block(ByteView from) {
  Unpacker unpack(from);
  if (unpack.take<std::uint8_t>() != kLayoutVersion)
    fail(ErrorKind::kDamaged, "a dnode block of unknown layout");
  const auto count = unpack.take<std::uint8_t>();
  DnodeBlock block;
  std::uint32_t next_free = 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto slot = unpack.take<std::uint8_t>();
    Dnode dnode = unpack_dnode(unpack);
    if (slot < next_free || slot + dnode.slots > kSlotsPerBlock)
      fail(ErrorKind::kDamaged, "dnode slots {} and up overlap or leave their block", slot);
    next_free = slot + dnode.slots;
    block.emplace_hint(block.end(), slot, std::move(dnode));
  }
  if (!unpack.rest().empty()) fail(ErrorKind::kDamaged, "bytes behind the last dnode of a block");
  return block;
}

bool is_cut_size(std::uint64_t bytes) {
  return bytes > stream::kOldMaxBlockSize && bytes < stream::kMaxBlockSize &&
         bytes % stream::kMinBlockSize == 0 && bytes % stream::kOldMaxBlockSize != 0;
}

std::uint8_t deduce_pointers(std::uint32_t bonus_type, std::uint32_t bonus_length,
                             std::uint32_t slots) {
  if (bonus_type == kObjectTypeSystemAttributes) return 1;
  const std::uint32_t room =
      slots * stream::kDnodeSlotSize - stream::kDnodeCoreSize - stream::kBlockPointerSize;
  const std::uint32_t left = room - std::min(room, bonus_length);
  return static_cast<std::uint8_t>(
      std::min<std::uint32_t>(kMaxPointers, 1 + left / stream::kBlockPointerSize));
}

}  // namespace sealift::objset
