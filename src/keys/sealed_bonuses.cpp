// SPDX-License-Identifier: Apache-2.0
#include "keys/sealed_bonuses.h"

namespace sealift::keys {
namespace {

using objset::Dnode;
using objset::Entry;

objset::AuthenticPointer pointer_of(const vault::BlockReader& reader, const Dnode& dnode,
                                    const Entry& entry, unsigned level) {
  const objset::TreeKind kind{dnode.type, dnode.geometry.indirect_shift};
  if (entry.kind != objset::EntryKind::kBlock) return {};
  if (objset::is_mac_known(entry, level)) return objset::authentic_pointer(entry, kind, level);
  crypto::Sha512 hash;
  for (const Entry& below : objset::read_node(reader, entry, dnode.geometry))
    hash.update(pointer_of(reader, dnode, below, level - 1));
  Entry known = entry;
  known.sealing.mac = objset::indirect_mac_of(hash.finish());
  return objset::authentic_pointer(known, kind, level);
}

DnodePointers pointers_of(const vault::BlockReader& reader, const Dnode& dnode) {
  DnodePointers pointers;
  for (const Entry& entry : dnode.pointers)
    pointers.push_back(pointer_of(reader, dnode, entry, dnode.geometry.levels - 1U));
  if (dnode.has_spill) pointers.push_back(objset::authentic_spill(dnode));
  return pointers;
}

SealedDnodes layout_of(const vault::BlockReader& reader, const objset::DnodeBlock& block,
                       Endian byte_order) {
  std::map<std::uint32_t, DnodePointers> pointers;
  for (const auto& [slot, dnode] : block) pointers.emplace(slot, pointers_of(reader, dnode));
  return seal_layout(block, pointers, byte_order);
}

/// Gives each dnode its part of what stands one behind the other.
void deal_out(const Bytes& bonuses, objset::DnodeBlock& block) {
  auto at = bonuses.begin();
  for (auto& [slot, dnode] : block) {
    if (!is_sealed_bonus(dnode)) continue;
    const auto end = at + static_cast<std::ptrdiff_t>(bonus_room(dnode));
    dnode.bonus.assign(at, end);
    at = end;
  }
}

}  // namespace

bool open_bonuses(BlockCipher& cipher, const vault::BlockReader& reader, const Entry& entry,
                  objset::DnodeBlock& block) {
  SealedDnodes layout = layout_of(reader, block, entry.byte_order);
  if (!cipher.open(entry.sealing, layout)) return false;
  deal_out(layout.sealed, block);
  return true;
}

stream::Sealing seal_bonuses(BlockSealer& sealer, const vault::BlockReader& reader,
                             objset::DnodeBlock& block) {
  for (auto& [slot, dnode] : block)
    if (is_sealed_bonus(dnode)) dnode.bonus.resize(bonus_room(dnode));
  SealedDnodes layout = layout_of(reader, block, Endian::kLittle);
  const stream::Sealing sealing = sealer.seal(layout);
  deal_out(layout.sealed, block);
  return sealing;
}

}  // namespace sealift::keys
