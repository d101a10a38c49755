// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "objset/object_set.h"
#include "support/memory_storage.h"
#include "vault/appender.h"

namespace sealift::dataset::test {

/// An object as somebody wants it to be, whether or not OpenZFS could have written it.
struct ForgedObject {
  std::uint64_t number = 1;
  std::uint8_t type = 0;
  std::uint8_t bonus_type = 0;
  std::uint32_t block_size = 512;
  Bytes bonus;
  std::vector<Bytes> blocks;  ///< each at most `block_size` long; empty: a hole
  Bytes spill;                ///< empty: none
};

/// A plain object set in a vault in memory, of objects that are not asked whether they make sense.
class ForgedSet {
 public:
  explicit ForgedSet(Endian byte_order)
      : storage_(sealift::test::new_memory_vault({vault::ChecksumKind::kFletcher4, 1U << 20})),
        vault_(vault::Vault::open(storage_, vault::Access::kWrite, os::system_clock())),
        appender_(*vault_),
        byte_order_(byte_order) {}

  void add(const ForgedObject& object) {
    objset::Dnode dnode;
    dnode.type = object.type;
    dnode.bonus_type = object.bonus_type;
    dnode.block_size = object.block_size;
    dnode.bonus = object.bonus;
    dnode.bonus_length = static_cast<std::uint32_t>(object.bonus.size());
    dnode.geometry = {1, 1, objset::kMinIndirectShift};
    dnode.max_block = std::max<std::uint64_t>(object.blocks.size(), 1) - 1;
    std::vector<objset::Entry> entries;
    for (const Bytes& block : object.blocks) entries.push_back(entry(block, object.block_size));
    while (entries.size() > 1) entries = grown(entries, dnode.geometry);
    dnode.pointers = entries.empty() ? std::vector<objset::Entry>(1) : std::move(entries);
    if (!object.spill.empty()) {
      dnode.has_spill = true;
      dnode.spill = entry(object.spill, static_cast<std::uint32_t>(object.spill.size()));
    }
    blocks_[object.number / objset::kSlotsPerBlock]
           [static_cast<std::uint32_t>(object.number % objset::kSlotsPerBlock)] = std::move(dnode);
  }

  /// The root of it. Once.
  vault::BlockPointer finish(std::uint32_t type) {
    objset::ObjectSet set;
    set.begin.type = type;
    set.begin.to_name = "tank/forged@s";
    set.byte_order = byte_order_;
    set.geometry = {1, 1, objset::kMinIndirectShift};
    set.max_block = blocks_.empty() ? 0 : blocks_.rbegin()->first;
    std::vector<objset::Entry> entries(set.max_block + 1);
    for (const auto& [number, block] : blocks_) {
      const Bytes encoded = objset::encode_dnode_block(block);
      entries[number] = entry(encoded, static_cast<std::uint32_t>(encoded.size()));
    }
    while (entries.size() > 1) entries = grown(entries, set.geometry);
    set.pointers = std::move(entries);
    const vault::BlockPointer root = appender_.append(objset::encode_object_set(set));
    appender_.sync();
    return root;
  }

  vault::Vault& vault() { return *vault_; }

 private:
  objset::Entry entry(const Bytes& bytes, std::uint32_t size) {
    objset::Entry made;
    if (bytes.empty()) return made;
    made.kind = objset::EntryKind::kBlock;
    made.byte_order = byte_order_;
    made.logical_size = size;
    made.birth = objset::Birth{1};
    Bytes whole = bytes;
    if (whole.size() < size) whole.resize(size);
    made.where = appender_.append(whole);
    return made;
  }

  /// The entries of the level above.
  std::vector<objset::Entry> grown(const std::vector<objset::Entry>& below,
                                   objset::Geometry& geometry) {
    std::vector<objset::Entry> above;
    for (std::size_t i = 0; i < below.size(); i += geometry.entries_per_node()) {
      std::vector<objset::Entry> node(
          below.begin() + static_cast<std::ptrdiff_t>(i),
          below.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                              i + geometry.entries_per_node(), below.size())));
      node.resize(geometry.entries_per_node());
      Bytes encoded;
      objset::encode_entries(node, encoded);
      above.push_back(entry(encoded, static_cast<std::uint32_t>(encoded.size())));
      above.back().logical_size = 0;
    }
    ++geometry.levels;
    return above;
  }

  std::shared_ptr<sealift::test::MemoryStorage> storage_;
  std::unique_ptr<vault::Vault> vault_;
  vault::Appender appender_;
  Endian byte_order_;
  std::map<std::uint64_t, objset::DnodeBlock> blocks_;
};

}  // namespace sealift::dataset::test
