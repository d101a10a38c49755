// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "objset/object_set.h"
#include "stream/record_format.h"
#include "vault/appender.h"

namespace sealift::keys::test {

/// Who can write to a vault, but has no key: copies a snapshot's object set, changes a block of it
/// on the way, and gives that and every block above it a right checksum.
class Forger {
 public:
  enum class What { kObjectSet, kNode, kDnodes, kData };
  struct Block {
    What what = What::kData;
    bool is_meta = false;         ///< kNode: of the meta-dnode's tree
    objset::Geometry geometry{};  ///< kNode: of its tree
    unsigned level = 0;           ///< kNode
    Bytes bytes{};
    bool leads_to_data() const { return !is_meta && level == 1; }
  };
  /// Changes a block's bytes.
  using Change = std::function<void(Block&)>;

  Forger(vault::Vault& vault, const vault::BlockPointer& root) : vault_(vault), root_(root) {
    vault::Appender appender(vault);
    Walk(*this, appender, std::nullopt, [&](Block& block) { blocks_.push_back(block); }).run();
  }

  /// All blocks, children before parents; the object set is the last.
  const std::vector<Block>& blocks() const { return blocks_; }

  /// Shows `look` the object set in which block `number` was changed. Nothing is committed, and
  /// all is gone afterwards.
  void forge(std::size_t number, const Change& change,
             const std::function<void(const vault::BlockPointer&)>& look) {
    vault::Appender appender(vault_);
    look(Walk(*this, appender, number, change).run());
  }

 private:
  /// One copying. What the changed block is not below keeps its place.
  class Walk {
   public:
    Walk(Forger& forger, vault::Appender& appender, std::optional<std::size_t> target,
         const Change& change)
        : forger_(forger), appender_(appender), target_(target), change_(change) {}

    vault::BlockPointer run() {
      objset::ObjectSet set = objset::read_object_set(forger_.vault_, forger_.root_);
      for (objset::Entry& entry : set.pointers) meta(set, entry, set.geometry.levels - 1U);
      return store({What::kObjectSet, true, {}, 0, objset::encode_object_set(set)});
    }

   private:
    vault::BlockPointer store(Block block) {
      const std::size_t number = at_++;
      if (!target_ || *target_ == number) change_(block);
      return appender_.append(block.bytes);
    }

    /// Goes into a subtree if the target is in it, and counts its blocks.
    template <class Body>
    void below(objset::Entry& entry, Body&& body) {
      if (entry.where.is_null()) return;
      const auto place = std::make_pair(entry.where.segment, entry.where.offset);
      const auto known = forger_.sizes_.find(place);
      if (target_ && known != forger_.sizes_.end() &&
          (*target_ < at_ || *target_ >= at_ + known->second)) {
        at_ += known->second;
        return;
      }
      const std::size_t before = at_;
      body();
      if (!target_) forger_.sizes_[place] = at_ - before;
    }

    void meta(const objset::ObjectSet& set, objset::Entry& entry, unsigned level) {
      if (entry.kind != objset::EntryKind::kBlock) return;
      below(entry, [&] {
        if (level != 0) {
          auto node = objset::read_node(forger_.vault_, entry, set.geometry);
          for (objset::Entry& each : node) meta(set, each, level - 1);
          entry.where = store_node(node, {What::kNode, true, set.geometry, level, {}});
          return;
        }
        objset::DnodeBlock block = objset::read_dnode_block(forger_.vault_, entry);
        for (auto& [slot, each] : block) dnode(each);
        entry.where = store({What::kDnodes, true, {}, 0, objset::encode_dnode_block(block)});
      });
    }

    void dnode(objset::Dnode& dnode) {
      for (objset::Entry& entry : dnode.pointers)
        data(dnode.geometry, entry, dnode.geometry.levels - 1U);
      if (dnode.has_spill) data(dnode.geometry, dnode.spill, 0);
    }

    void data(const objset::Geometry& geometry, objset::Entry& entry, unsigned level) {
      if (entry.kind != objset::EntryKind::kBlock) return;
      below(entry, [&] {
        if (level == 0) {
          entry.where = store({What::kData, false, {}, 0, forger_.vault_.read(entry.where)});
          return;
        }
        auto node = objset::read_node(forger_.vault_, entry, geometry);
        for (objset::Entry& each : node) data(geometry, each, level - 1);
        entry.where = store_node(node, {What::kNode, false, geometry, level, {}});
      });
    }

    vault::BlockPointer store_node(const std::vector<objset::Entry>& node, Block block) {
      objset::encode_entries(node, block.bytes);
      return store(std::move(block));
    }

    Forger& forger_;
    vault::Appender& appender_;
    std::optional<std::size_t> target_;
    const Change& change_;
    std::size_t at_ = 0;
  };

  vault::Vault& vault_;
  vault::BlockPointer root_;
  std::vector<Block> blocks_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> sizes_;
};

}  // namespace sealift::keys::test
