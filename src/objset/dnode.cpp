// SPDX-License-Identifier: Apache-2.0
#include "objset/dnode.h"

#include <algorithm>

#include "objset/byte_codec.h"

namespace sealift::objset {
namespace {

constexpr std::uint8_t kLayoutVersion = 2;

// Most dnodes of a block are alike, and small files are many: what they share is told once.
constexpr std::uint8_t kHasSpill = 0x01;
constexpr std::uint8_t kIsCut = 0x02;
constexpr std::uint8_t kHasHoleEnd = 0x04;
constexpr std::uint8_t kIsAlike = 0x08;   ///< of the same kind as the dnode before it
constexpr std::uint8_t kOneBlock = 0x10;  ///< max_block is 0
constexpr std::uint8_t kNoSpill = 0x20;   ///< the spill entry is a hole without a birth
constexpr std::uint8_t kDnodeFlags =
    kHasSpill | kIsCut | kHasHoleEnd | kIsAlike | kOneBlock | kNoSpill;

constexpr std::uint32_t kObjectTypeSystemAttributes = 44;  // DMU_OT_SA

/// What the dnodes before tell of the next one of their block.
struct DnodeContext {
  Bytes kind;  ///< kKindBytes of the last one; empty: there is none
  EntryContext entries;
};

/// What most dnodes of a file system have in common, as it is written.
constexpr std::size_t kKindBytes = 22;

Bytes pack_kind(const Dnode& dnode) {
  Bytes kind;
  kind.reserve(kKindBytes);
  Packer pack(kind);
  pack.put(dnode.type);
  pack.put(dnode.bonus_type);
  pack.put(dnode.bonus_length);
  pack.put(static_cast<std::uint32_t>(dnode.bonus.size()));
  pack.put(dnode.checksum_type);
  pack.put(dnode.compress);
  pack.put(dnode.slots);
  pack.put(dnode.geometry.levels);
  pack.put(dnode.geometry.pointers);
  pack.put(dnode.geometry.indirect_shift);
  return kind;
}

/// Returns how many bytes of the bonus are kept.
std::uint32_t unpack_kind(ByteView kind, Dnode& dnode) {
  Unpacker unpack(kind);
  dnode.type = unpack.take<std::uint32_t>();
  dnode.bonus_type = unpack.take<std::uint32_t>();
  dnode.bonus_length = unpack.take<std::uint32_t>();
  const auto bonus_bytes = unpack.take<std::uint32_t>();
  dnode.checksum_type = unpack.take<std::uint8_t>();
  dnode.compress = unpack.take<std::uint8_t>();
  dnode.slots = unpack.take<std::uint8_t>();
  dnode.geometry.levels = unpack.take<std::uint8_t>();
  dnode.geometry.pointers = unpack.take<std::uint8_t>();
  dnode.geometry.indirect_shift = unpack.take<std::uint8_t>();
  return bonus_bytes;
}

std::uint8_t flags_of(const Dnode& dnode) {
  return static_cast<std::uint8_t>(
      (dnode.has_spill ? kHasSpill : 0) | (dnode.uncut_size != 0 ? kIsCut : 0) |
      (dnode.hole_end != 0 ? kHasHoleEnd : 0) | (dnode.max_block == 0 ? kOneBlock : 0) |
      (dnode.spill == Entry{} ? kNoSpill : 0));
}

void pack_dnode(Bytes& out, const Dnode& dnode, DnodeContext& before) {
  Packer pack(out);
  Bytes kind = pack_kind(dnode);
  std::uint8_t flags = flags_of(dnode);
  if (kind == before.kind) flags |= kIsAlike;
  pack.put(flags);
  if (!(flags & kIsAlike)) pack.put(ByteView(kind));
  before.kind = std::move(kind);
  pack.put(dnode.block_size);
  if (!(flags & kOneBlock)) pack.put(dnode.max_block);
  if (flags & kIsCut) pack.put(dnode.uncut_size);
  if (flags & kHasHoleEnd) pack.put(dnode.hole_end);
  pack.put(ByteView(dnode.bonus));
  encode_entries(dnode.pointers, out, before.entries);
  if (!(flags & kNoSpill)) encode_entries({dnode.spill}, out, before.entries);
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

Dnode unpack_dnode(Unpacker& unpack, DnodeContext& before) {
  const auto flags = unpack.take<std::uint8_t>();
  if (flags & ~kDnodeFlags) fail(ErrorKind::kDamaged, "a dnode has unknown flags {:#x}", flags);
  if (!(flags & kIsAlike)) {
    const ByteView kind = unpack.take_bytes(kKindBytes);
    before.kind.assign(kind.begin(), kind.end());
  }
  if (before.kind.empty())
    fail(ErrorKind::kDamaged, "a dnode is like one before, and there is none");
  Dnode dnode;
  const std::uint32_t bonus_bytes = unpack_kind(before.kind, dnode);
  dnode.has_spill = (flags & kHasSpill) != 0;
  dnode.block_size = unpack.take<std::uint32_t>();
  check_shape(dnode);
  if (!(flags & kOneBlock)) dnode.max_block = unpack.take<std::uint64_t>();
  if (flags & kIsCut) {
    dnode.uncut_size = unpack.take<std::uint32_t>();
    check_cut(dnode);
  }
  if (flags & kHasHoleEnd) dnode.hole_end = unpack.take<std::uint64_t>();
  const ByteView bonus = unpack.take_bytes(bonus_bytes);
  dnode.bonus.assign(bonus.begin(), bonus.end());
  const std::size_t spills = (flags & kNoSpill) ? 0 : 1;
  DecodedEntries decoded =
      decode_entries(unpack.rest(), dnode.geometry.pointers + spills, before.entries);
  if (spills != 0) {
    dnode.spill = decoded.entries.back();
    decoded.entries.pop_back();
  }
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
  DnodeContext before;
  for (const auto& [slot, dnode] : block) {
    pack.put(static_cast<std::uint8_t>(slot));
    pack_dnode(out, dnode, before);
  }
  return out;
}

DnodeBlock decode_dnode_block(ByteView from) {
  Unpacker unpack(from);
  if (unpack.take<std::uint8_t>() != kLayoutVersion)
    fail(ErrorKind::kDamaged, "a dnode block of unknown layout");
  const auto count = unpack.take<std::uint8_t>();
  DnodeBlock block;
  DnodeContext before;
  std::uint32_t next_free = 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto slot = unpack.take<std::uint8_t>();
    Dnode dnode = unpack_dnode(unpack, before);
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
