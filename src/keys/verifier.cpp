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

/// Whether blocks at the same places of both are blocks of the same kind.
bool is_alike(const objset::Dnode& dnode, const objset::Dnode& known) {
  return dnode.type == known.type && dnode.block_size == known.block_size &&
         dnode.bonus_type == known.bonus_type &&
         dnode.geometry.indirect_shift == known.geometry.indirect_shift;
}

}  // namespace

std::string describe(const Fault& fault) {
  std::string text;
  if (fault.object) text += fmt::format("object {}", *fault.object);
  if (fault.offset_bytes == objset::kSpillBlock) {
    text += ", spill block";
  } else if (fault.offset_bytes) {
    text += fmt::format(", offset {}", *fault.offset_bytes);
  }
  return text.empty() ? fault.what : text + ": " + fault.what;
}

Verifier::Verifier(const vault::Vault& vault, const MasterKey* key, Depth depth, OnFault on_fault)
    : vault_(vault), depth_(depth), on_fault_(std::move(on_fault)), fetcher_(vault) {
  if (key == nullptr) return;
  cipher_.emplace(*key);
  openers_.emplace(*key);
}

VerifyTotals Verifier::verify(const objset::ObjectSet& set, const objset::ObjectSet* known) {
  totals_ = {};
  set_ = &set;
  known_ = known != nullptr && known->geometry == set.geometry ? known : nullptr;
  DnodePointers pointers;
  for (std::uint64_t i = 0; i < set.pointers.size(); ++i)
    pointers.push_back(
        meta_pointer({set.pointers[i], known_ == nullptr ? nullptr : &known_->pointers[i]},
                     {set.geometry.levels - 1U, i}));
  while (!awaited_.empty()) finish_oldest();
  if (cipher_) noting_damage({}, [&] { verify_root(pointers); });
  return totals_;
}

void Verifier::verify_root(const DnodePointers& pointers) {
  const PortableMac mac = cipher_->portable_mac(portable_message(*set_, pointers));
  if (!crypto::is_equal(mac, claimed_portable_mac(*set_)))
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

Verifier::Node Verifier::read(const Pair& pair, const objset::Geometry& geometry) const {
  Node node;
  node.entries = objset::read_node(vault_, pair.entry, geometry);
  if (pair.is_known()) {
    node.known = node.entries;
  } else if (pair.known != nullptr && pair.known->kind == EntryKind::kBlock) {
    node.known = objset::read_node(vault_, *pair.known, geometry);
  }
  return node;
}

/// Whether all below was verified, and what stands above can be told without it.
bool Verifier::is_done(const Pair& pair, unsigned level) const {
  return pair.is_known() && (!cipher_ || objset::is_mac_known(pair.entry, level));
}

/// The vault keeps indirect blocks' MACs for receives to come. It may have none.
void Verifier::check_kept(const Pair& pair, const stream::Mac& computed, const Fault& where) {
  const stream::Mac& kept = pair.entry.sealing.mac;
  if (!set_->is_raw() || kept == stream::Mac{} || kept == computed) return;
  fault({where.object, where.offset_bytes, "the MAC kept of an indirect block is another one"});
}

// -- The meta-dnode ----------------------------------------------------------------------------

AuthenticPointer Verifier::meta_pointer(const Pair& pair, Spot at) {
  const objset::Geometry& geometry = set_->geometry;
  const objset::TreeKind tree{objset::kDnodeType, geometry.indirect_shift};
  if (pair.entry.kind != EntryKind::kBlock) return {};
  if (is_done(pair, at.level)) return objset::authentic_pointer(pair.entry, tree, at.level);
  Entry seen = pair.entry;
  const std::uint64_t first = geometry.blocks_of(at.level, at.index).first;
  const Fault where{first * objset::kSlotsPerBlock, {}, {}};
  noting_damage(where, [&] {
    if (at.level == 0) {
      verify_dnodes(pair, at.index * objset::kSlotsPerBlock);
      return;
    }
    crypto::Sha512 hash;
    const Node node = read(pair, geometry);
    for (std::uint64_t i = 0; i < node.entries.size(); ++i)
      hash.update(
          meta_pointer(node.at(i), {at.level - 1, (at.index << geometry.entry_shift()) + i}));
    seen.sealing.mac = objset::indirect_mac_of(hash.finish());
    check_kept(pair, seen.sealing.mac, where);
  });
  return objset::authentic_pointer(seen, tree, at.level);
}

objset::DnodeBlock Verifier::read_known_dnodes(const Pair& pair) const {
  if (pair.known == nullptr) return {};
  return objset::read_dnode_block(vault_, *pair.known);
}

void Verifier::verify_dnodes(const Pair& pair, std::uint64_t first_object) {
  const objset::DnodeBlock block = objset::read_dnode_block(vault_, pair.entry);
  const objset::DnodeBlock known = read_known_dnodes(pair);
  std::map<std::uint32_t, DnodePointers> pointers;
  for (const auto& [slot, dnode] : block) {
    const auto before = known.find(slot);
    const bool is_same = before != known.end() && is_alike(dnode, before->second);
    pointers.emplace(
        slot, verify_object({first_object + slot, dnode, is_same ? &before->second : nullptr}));
  }
  if (!cipher_) return;
  SealedDnodes dnodes = seal_layout(block, pointers, pair.entry.byte_order);
  if (!cipher_->open(pair.entry.sealing, dnodes))
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
  for (std::uint64_t i = 0; i < dnode.pointers.size(); ++i) {
    const Spot at{dnode.geometry.levels - 1U, i};
    pointers.push_back(file_pointer(file, {dnode.pointers[i], known_root(file, at)}, at));
  }
  if (dnode.has_spill) {
    verify_spill(file);
    pointers.push_back(objset::authentic_spill(dnode));
  }
  return pointers;
}

void Verifier::verify_spill(const File& file) {
  const objset::Dnode& dnode = file.dnode;
  if (dnode.spill.logical_size % stream::kMinBlockSize != 0)
    fault({file.object, objset::kSpillBlock, "a spill block of an impossible size"});
  const bool is_known = file.known != nullptr && file.known->has_spill;
  if (is_known && file.known->spill == dnode.spill) return;
  await({file.object, objset::kSpillBlock}, dnode.spill, dnode.bonus_type);
}

/// A pointer of the known dnode. An object that grew has it further down in its tree.
const Entry* Verifier::known_root(const File& file, Spot at) const {
  if (file.known == nullptr || at.level != file.known->geometry.levels - 1U) return nullptr;
  return at.index < file.known->pointers.size() ? &file.known->pointers[at.index] : nullptr;
}

AuthenticPointer Verifier::file_pointer(const File& file, const Pair& pair, Spot at) {
  const objset::Dnode& dnode = file.dnode;
  const Entry& entry = pair.entry;
  const objset::TreeKind tree{dnode.type, dnode.geometry.indirect_shift};
  if (entry.is_hole()) return {};
  const std::uint64_t offset =
      dnode.geometry.blocks_of(at.level, at.index).first * dnode.block_size;
  if (entry.kind != EntryKind::kBlock && cipher_) {
    fault({file.object, offset, "no sealed dataset has such a block"});
    return {};
  }
  if (entry.kind == EntryKind::kRedacted) return {};
  if (is_done(pair, at.level)) return objset::authentic_pointer(entry, tree, at.level);
  if (at.level == 0) {
    if (set_->is_raw() && entry.logical_size != dnode.block_size)
      fault({file.object, offset, "a block that has not its object's size"});
    await({file.object, offset}, entry, dnode.type);
    return objset::authentic_pointer(entry, tree, at.level);
  }
  Entry seen = entry;
  const Fault where{file.object, offset, {}};
  noting_damage(where, [&] {
    crypto::Sha512 hash;
    const Node node = read(pair, dnode.geometry);
    for (std::uint64_t i = 0; i < node.entries.size(); ++i) {
      const Spot below{at.level - 1, (at.index << dnode.geometry.entry_shift()) + i};
      Pair child = node.at(i);
      if (child.known == nullptr) child.known = known_root(file, below);
      hash.update(file_pointer(file, child, below));
    }
    seen.sealing.mac = objset::indirect_mac_of(hash.finish());
    check_kept(pair, seen.sealing.mac, where);
  });
  return objset::authentic_pointer(seen, tree, at.level);
}

// -- Blocks ------------------------------------------------------------------------------------

/// The fetcher's threads open it, in any order; what they find is told in the order of the blocks.
void Verifier::await(const Awaited& block, const Entry& entry, std::uint32_t type) {
  if (depth_ == Depth::kRoot) return;
  while (!awaited_.empty() && !fetcher_.has_room()) finish_oldest();
  vault::Fetcher::Check check;
  if (openers_)
    check = [this, sealing = entry.sealing, type](ByteView stored) {
      if (!openers_->opens(sealing, type, stored))
        fail(ErrorKind::kDamaged, "the block {}", kNotSealed);
    };
  noting_damage({block.object, block.offset_bytes, {}}, [&] {
    fetcher_.request(entry.where, std::move(check));
    awaited_.push_back(block);
  });
}

void Verifier::finish_oldest() {
  const Awaited block = awaited_.front();
  awaited_.pop_front();
  noting_damage({block.object, block.offset_bytes, {}}, [&] {
    totals_.bytes += fetcher_.take().bytes.size();
    ++totals_.blocks;
  });
}

}  // namespace sealift::keys
