// SPDX-License-Identifier: Apache-2.0
#include "keys/verifier.h"

#include "base/error.h"
#include "objset/object_type.h"

namespace sealift::keys {

using objset::AuthenticPointer;
using objset::Entry;
using objset::EntryKind;

namespace {

constexpr const char* kNotSealed = "is not what was sealed with this key";

}  // namespace

Verifier::Verifier(const vault::Vault& vault, const MasterKey* key, Depth depth, OnFault on_fault)
    : vault_(vault), depth_(depth), on_fault_(std::move(on_fault)), fetcher_(vault) {
  if (key != nullptr) cipher_.emplace(*key);
}

VerifyTotals Verifier::verify(const objset::ObjectSet& set) {
  totals_ = {};
  DnodePointers pointers;
  for (std::uint64_t i = 0; i < set.pointers.size(); ++i)
    pointers.push_back(meta_pointer(set, set.pointers[i], set.geometry.levels - 1U, i));
  while (!awaited_.empty()) open_oldest();
  if (cipher_) noting_damage({}, [&] { verify_root(set, pointers); });
  return totals_;
}

void Verifier::verify_root(const objset::ObjectSet& set, const DnodePointers& pointers) {
  const PortableMac mac = cipher_->portable_mac(portable_message(set, pointers));
  if (!crypto::is_equal(mac, claimed_portable_mac(set)))
    fault({{}, {}, "the portable MAC does not cover these objects"});
}

void Verifier::fault(Fault fault) {
  ++totals_.faults;
  on_fault_(fault);
}

/// What the vault's own checksums find is one more fault, and the rest is looked at all the same.
template <class Body>
void Verifier::noting_damage(const Fault& where, Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    Fault found = where;
    found.what = error.what();
    fault(std::move(found));
  }
}

// -- The meta-dnode ----------------------------------------------------------------------------

AuthenticPointer Verifier::meta_pointer(const objset::ObjectSet& set, const Entry& entry,
                                        unsigned level, std::uint64_t index) {
  const objset::TreeKind tree{objset::kDnodeType, set.geometry.indirect_shift};
  if (entry.kind != EntryKind::kBlock) return {};
  Entry seen = entry;
  const std::uint64_t first = set.geometry.blocks_of(level, index).first;
  noting_damage({first * objset::kSlotsPerBlock, {}, {}}, [&] {
    if (level == 0) {
      verify_dnodes(entry, index * objset::kSlotsPerBlock);
      return;
    }
    crypto::Sha512 hash;
    const auto node = objset::read_node(vault_, entry, set.geometry);
    for (std::uint64_t i = 0; i < node.size(); ++i)
      hash.update(meta_pointer(set, node[i], level - 1, (index << set.geometry.entry_shift()) + i));
    seen.sealing.mac = objset::indirect_mac_of(hash.finish());
  });
  return objset::authentic_pointer(seen, tree, level);
}

void Verifier::verify_dnodes(const Entry& entry, std::uint64_t first_object) {
  const objset::DnodeBlock block = objset::read_dnode_block(vault_, entry);
  std::map<std::uint32_t, DnodePointers> pointers;
  for (const auto& [slot, dnode] : block)
    pointers.emplace(slot, verify_object({first_object + slot, dnode}));
  if (!cipher_) return;
  SealedDnodes dnodes = seal_layout(block, pointers, entry.byte_order);
  if (!cipher_->open(entry, dnodes))
    fault({first_object,
           {},
           fmt::format("one of the objects {} to {}, or the place of a block of theirs, {}",
                       first_object, first_object + objset::kSlotsPerBlock - 1, kNotSealed)});
}

// -- Objects -----------------------------------------------------------------------------------

DnodePointers Verifier::verify_object(const File& file) {
  ++totals_.objects;
  const objset::Dnode& dnode = file.dnode;
  DnodePointers pointers;
  for (std::uint64_t i = 0; i < dnode.pointers.size(); ++i)
    pointers.push_back(file_pointer(file, dnode.pointers[i], dnode.geometry.levels - 1U, i));
  if (dnode.has_spill) {
    if (dnode.spill.logical_size % stream::kMinBlockSize != 0)
      fault({file.object, objset::kSpillBlock, "a spill block of an impossible size"});
    await({dnode.spill, file.object, objset::kSpillBlock, dnode.bonus_type});
    pointers.push_back(objset::authentic_spill(dnode));
  }
  return pointers;
}

AuthenticPointer Verifier::file_pointer(const File& file, const Entry& entry, unsigned level,
                                        std::uint64_t index) {
  const objset::Dnode& dnode = file.dnode;
  const objset::TreeKind tree{dnode.type, dnode.geometry.indirect_shift};
  if (entry.is_hole()) return {};
  const std::uint64_t offset = dnode.geometry.blocks_of(level, index).first * dnode.block_size;
  if (entry.kind != EntryKind::kBlock && cipher_) {
    fault({file.object, offset, "no sealed dataset has such a block"});
    return {};
  }
  if (entry.kind == EntryKind::kRedacted) return {};
  if (level == 0) {
    if (entry.logical_size != dnode.block_size)
      fault({file.object, offset, "a block that has not its object's size"});
    await({entry, file.object, offset, dnode.type});
    return objset::authentic_pointer(entry, tree, level);
  }
  Entry seen = entry;
  noting_damage({file.object, offset, {}}, [&] {
    crypto::Sha512 hash;
    const auto node = objset::read_node(vault_, entry, dnode.geometry);
    for (std::uint64_t i = 0; i < node.size(); ++i)
      hash.update(
          file_pointer(file, node[i], level - 1, (index << dnode.geometry.entry_shift()) + i));
    seen.sealing.mac = objset::indirect_mac_of(hash.finish());
  });
  return objset::authentic_pointer(seen, tree, level);
}

// -- Blocks ------------------------------------------------------------------------------------

void Verifier::await(const Awaited& block) {
  if (depth_ == Depth::kRoot) return;
  while (!fetcher_.has_room()) open_oldest();
  fetcher_.request(block.entry.where);
  awaited_.push_back(block);
}

void Verifier::open_oldest() {
  const Awaited block = awaited_.front();
  awaited_.pop_front();
  noting_damage({block.object, block.offset_bytes, {}}, [&] {
    const ByteView stored = fetcher_.take().bytes;
    ++totals_.blocks;
    totals_.bytes += stored.size();
    if (!cipher_) return;
    plain_.resize(stored.size());
    if (!cipher_->open(block.entry, block.type, stored, plain_))
      fault({block.object, block.offset_bytes, fmt::format("the block {}", kNotSealed)});
  });
}

}  // namespace sealift::keys
