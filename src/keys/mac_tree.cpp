// SPDX-License-Identifier: Apache-2.0
#include "keys/mac_tree.h"

#include "base/error.h"

namespace sealift::keys {

using objset::AuthenticPointer;

void MacTree::add(std::uint64_t block, const AuthenticPointer& pointer) {
  if (block >= geometry_.capacity())
    fail(ErrorKind::kDamaged, "block {} does not fit into a tree of {} levels", block,
         geometry_.levels);
  add_at(0, block, pointer);
}

void MacTree::add_at(unsigned level, std::uint64_t index, const AuthenticPointer& pointer) {
  if (level == geometry_.levels - 1U) {
    pointers_.at(index) = pointer;
    return;
  }
  Node& node = nodes_[level + 1];
  const std::uint64_t above = index >> geometry_.entry_shift();
  if (node.is_open && node.index != above) close(level + 1);
  node.is_open = true;
  node.index = above;
  fill_up(node, index & (geometry_.entries_per_node() - 1));
  node.hash.update(pointer);
  ++node.filled;
}

/// With holes.
void MacTree::fill_up(Node& node, std::uint64_t entries) {
  for (; node.filled < entries; ++node.filled) node.hash.update(AuthenticPointer{});
}

void MacTree::close(unsigned level) {
  Node& node = nodes_[level];
  fill_up(node, geometry_.entries_per_node());
  objset::Entry entry;
  entry.kind = objset::EntryKind::kBlock;
  entry.sealing.mac = objset::indirect_mac_of(node.hash.finish());
  node.is_open = false;
  node.filled = 0;
  add_at(level, node.index, objset::authentic_pointer(entry, kind_, level));
}

DnodePointers MacTree::finish() {
  for (unsigned level = 1; level < geometry_.levels; ++level)
    if (nodes_[level].is_open) close(level);
  return std::move(pointers_);
}

}  // namespace sealift::keys
