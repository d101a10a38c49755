// SPDX-License-Identifier: Apache-2.0
#include "dataset/plaintext.h"

#include <algorithm>

#include "base/error.h"
#include "dataset/decompress.h"
#include "keys/sealed_bonuses.h"

namespace sealift::dataset {

using objset::Entry;
using objset::EntryKind;

namespace {

/// Some 16 MiB of dnodes: the files of one directory are mostly near one another.
constexpr std::size_t kMaxDnodeBlocks = 512;
/// Each has up to a thousand entries of some 250 bytes.
constexpr std::size_t kMaxNodes = 32;
/// BP_EMBEDDED_TYPE_DATA (include/sys/spa.h).
constexpr std::uint8_t kEmbeddedData = 0;

}  // namespace

Plaintext::Plaintext(const vault::Vault& vault, const vault::BlockPointer& root,
                     const keys::MasterKey* key)
    : vault_(vault), set_(objset::read_object_set(vault, root)) {
  if (!set_.is_raw()) return;
  if (key == nullptr) fail(ErrorKind::kWrongKey, "it is encrypted, and no key was given");
  cipher_.emplace(*key);
}

// -- Trees ---------------------------------------------------------------------------------------

Plaintext::Node Plaintext::node(const Entry& pointer, const objset::Geometry& geometry) {
  for (const CachedNode& each : nodes_)
    if (each.where.same_place(pointer.where)) return each.node;
  auto read =
      std::make_shared<const std::vector<Entry>>(objset::read_node(vault_, pointer, geometry));
  if (nodes_.size() < kMaxNodes) {
    nodes_.push_back({pointer.where, read});
  } else {
    nodes_[next_node_++ % kMaxNodes] = {pointer.where, read};
  }
  return read;
}

Plaintext::Step Plaintext::descend(const TreeView& tree, std::uint64_t block, const Stop& stop) {
  const objset::Geometry& geometry = tree.geometry;
  if (block >= geometry.capacity()) return {};
  unsigned level = geometry.levels - 1U;
  Entry entry = tree.pointers[geometry.ancestor(block, level)];
  while (level > 0 && entry.kind == EntryKind::kBlock && !(stop && stop(entry))) {
    --level;
    const Node entries = node(entry, geometry);
    // A node of another geometry may stand at the same place only where somebody forged it.
    const std::uint64_t index = geometry.ancestor(block, level) & (geometry.entries_per_node() - 1);
    if (index >= entries->size()) fail(ErrorKind::kDamaged, "an indirect block of another size");
    entry = (*entries)[index];
  }
  return {entry, level};
}

Plaintext::Step Plaintext::descend(std::uint64_t block, const Stop& stop) {
  return descend({set_.geometry, set_.pointers}, block, stop);
}

Entry Plaintext::entry(const Object& object, std::uint64_t block) {
  return descend({object.dnode.geometry, object.dnode.pointers}, block, {}).entry;
}

// -- Dnodes --------------------------------------------------------------------------------------

ObjectPtr Plaintext::find(std::uint64_t number) {
  if (number == 0 || number >= set_.object_limit()) return nullptr;
  const DnodeBlock& block = dnodes(number / objset::kSlotsPerBlock);
  const auto found =
      block.objects.find(static_cast<std::uint32_t>(number % objset::kSlotsPerBlock));
  return found == block.objects.end() ? nullptr : found->second;
}

ObjectPtr Plaintext::get(std::uint64_t number) {
  ObjectPtr object = find(number);
  if (object == nullptr) fail(ErrorKind::kDamaged, "object {} is missing", number);
  return object;
}

const Plaintext::DnodeBlock& Plaintext::dnodes(std::uint64_t number) {
  const auto found = dnodes_by_number_.find(number);
  if (found != dnodes_by_number_.end()) {
    dnodes_.splice(dnodes_.begin(), dnodes_, found->second);
    return dnodes_.front();
  }
  dnodes_.push_front(read_dnodes(number));
  dnodes_by_number_[number] = dnodes_.begin();
  if (dnodes_.size() > kMaxDnodeBlocks) {
    dnodes_by_number_.erase(dnodes_.back().number);
    dnodes_.pop_back();
  }
  return dnodes_.front();
}

Plaintext::DnodeBlock Plaintext::read_dnodes(std::uint64_t number) {
  const std::uint64_t first = number * objset::kSlotsPerBlock;
  return in_context(fmt::format("objects from {}", first), [&] {
    const Entry entry = descend(number, {}).entry;
    objset::DnodeBlock block = objset::read_dnode_block(vault_, entry);
    if (cipher_) open_bonuses(entry, block, first);
    DnodeBlock plain{number, {}};
    for (auto& [slot, dnode] : block) {
      Object object;
      object.number = first + slot;
      object.byte_order = cipher_ ? entry.byte_order : set_.byte_order;
      object.bonus = std::move(dnode.bonus);
      dnode.bonus.clear();
      object.dnode = std::move(dnode);
      if (object.bonus.size() < object.dnode.bonus_length)
        fail(ErrorKind::kDamaged, "object {} has a bonus that is cut off", object.number);
      object.bonus.resize(object.dnode.bonus_length);
      plain.objects.emplace(slot, std::make_shared<const Object>(std::move(object)));
    }
    return plain;
  });
}

/// A block without any, a volume's for one, needs not be opened.
void Plaintext::open_bonuses(const Entry& entry, objset::DnodeBlock& block,
                             std::uint64_t first_object) {
  const bool has_sealed = std::any_of(block.begin(), block.end(), [](const auto& each) {
    return keys::is_sealed_bonus(each.second);
  });
  if (has_sealed && !keys::open_bonuses(*cipher_, vault_, entry, block))
    fail(ErrorKind::kDamaged, "one of the objects {} to {} is not what was sealed with this key",
         first_object, first_object + objset::kSlotsPerBlock - 1);
}

// -- Blocks --------------------------------------------------------------------------------------

std::optional<Block> Plaintext::read(const Object& object, std::uint64_t block) {
  return in_context(
      fmt::format("object {}, block {}", object.number, block), [&]() -> std::optional<Block> {
        const Entry at = entry(object, block);
        if (at.is_hole()) return std::nullopt;
        Block plain{Bytes(object.block_size()), at.byte_order};
        const Bytes stored = at.kind == EntryKind::kRedacted ? Bytes() : vault_.read(at.where);
        open(object, at, stored, plain.bytes);
        return plain;
      });
}

std::optional<Block> Plaintext::read_spill(const Object& object) {
  const objset::Dnode& dnode = object.dnode;
  if (!dnode.has_spill || dnode.spill.is_hole()) return std::nullopt;
  return in_context(fmt::format("object {}, spill block", object.number), [&] {
    const Entry& at = dnode.spill;
    const std::uint32_t size = std::max(at.logical_size, at.embedded_lsize);
    if (at.kind == EntryKind::kRedacted || size > stream::kMaxBlockSize)
      fail(ErrorKind::kDamaged, "a spill block of an impossible kind");
    Block plain{Bytes(size), at.byte_order};
    open_block({dnode.bonus_type, at}, vault_.read(at.where), plain.bytes);
    return plain;
  });
}

void Plaintext::open(const Object& object, const Entry& entry, ByteView stored, ByteSpan plain) {
  if (entry.kind == EntryKind::kRedacted)
    fail(ErrorKind::kState, "object {}: the contents are redacted", object.number);
  open_block({object.dnode.type, entry}, stored, plain);
}

/// `plain` is as long as the block is to be; what was written may be shorter.
void Plaintext::open_block(const Kind& kind, ByteView stored, ByteSpan plain) {
  const Entry& entry = kind.entry;
  std::size_t logical = entry.logical_size;
  if (entry.kind == EntryKind::kEmbedded) {
    if (entry.embedded_type != kEmbeddedData || entry.embedded_psize > stored.size() || cipher_)
      fail(ErrorKind::kDamaged, "an embedded block of an impossible kind");
    stored = stored.first(entry.embedded_psize);
    logical = entry.embedded_lsize;
  }
  if (logical > plain.size()) fail(ErrorKind::kDamaged, "a block that is larger than its object's");
  if (cipher_) {
    opened_.resize(stored.size());
    if (!cipher_->open(entry.sealing, kind.type, stored, opened_))
      fail(ErrorKind::kDamaged, "the block is not what was sealed with this key");
    stored = opened_;
  }
  decompress(stored, entry.compression, plain.first(logical));
  std::fill(plain.begin() + static_cast<std::ptrdiff_t>(logical), plain.end(), 0);
}

}  // namespace sealift::dataset
