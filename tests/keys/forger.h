// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "objset/object_set.h"
#include "vault/appender.h"

namespace sealift::keys::test {

/// Who can write to a vault, but has no key: copies a snapshot's object set, changes it on the way,
/// and gives every block a right checksum.
class Forger {
 public:
  enum class What { kObjectSet, kNode, kDnodes, kData };
  struct Block {
    What what;
    std::size_t entries;  ///< of a node
    bool leads_to_data;   ///< its entries do, not to nodes or dnodes
    Bytes& bytes;
  };
  /// Called with each block before it is stored, children before parents; may change its bytes.
  using Change = std::function<void(Block)>;

  Forger(vault::Vault& vault, Change change)
      : vault_(vault), appender_(vault), change_(std::move(change)) {}

  /// Where the forged object set is. Nothing is committed: gone with the forger.
  vault::BlockPointer forge(const vault::BlockPointer& root) {
    objset::ObjectSet set = objset::read_object_set(vault_, root);
    for (objset::Entry& entry : set.pointers) forge_meta(set, entry, set.geometry.levels - 1U);
    return store(What::kObjectSet, objset::encode_object_set(set));
  }

 private:
  vault::BlockPointer store(What what, Bytes bytes) { return store({what, 0, false, bytes}); }
  vault::BlockPointer store(Block block) {
    Bytes& bytes = block.bytes;
    change_(block);
    return appender_.append(bytes);
  }

  void forge_meta(const objset::ObjectSet& set, objset::Entry& entry, unsigned level) {
    if (entry.kind != objset::EntryKind::kBlock) return;
    if (level != 0) {
      auto node = objset::read_node(vault_, entry, set.geometry);
      for (objset::Entry& each : node) forge_meta(set, each, level - 1);
      entry.where = store_node(node, false);
      return;
    }
    objset::DnodeBlock block = objset::read_dnode_block(vault_, entry);
    for (auto& [slot, dnode] : block) forge_dnode(dnode);
    entry.where = store(What::kDnodes, objset::encode_dnode_block(block));
  }

  void forge_dnode(objset::Dnode& dnode) {
    for (objset::Entry& entry : dnode.pointers)
      forge_file(dnode.geometry, entry, dnode.geometry.levels - 1U);
    if (dnode.has_spill) dnode.spill.where = store(What::kData, vault_.read(dnode.spill.where));
  }

  void forge_file(const objset::Geometry& geometry, objset::Entry& entry, unsigned level) {
    if (entry.kind != objset::EntryKind::kBlock) return;
    if (level == 0) {
      entry.where = store(What::kData, vault_.read(entry.where));
      return;
    }
    auto node = objset::read_node(vault_, entry, geometry);
    for (objset::Entry& each : node) forge_file(geometry, each, level - 1);
    entry.where = store_node(node, level == 1);
  }

  vault::BlockPointer store_node(const std::vector<objset::Entry>& node, bool leads_to_data) {
    Bytes bytes;
    objset::encode_entries(node, bytes);
    return store({What::kNode, node.size(), leads_to_data, bytes});
  }

  vault::Vault& vault_;
  vault::Appender appender_;
  Change change_;
};

}  // namespace sealift::keys::test
