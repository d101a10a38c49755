// SPDX-License-Identifier: Apache-2.0
#include "objset/block_tree.h"

#include <algorithm>

#include "base/error.h"
#include "objset/authentic_pointer.h"

namespace sealift::objset {

BlockTree::BlockTree(const EditContext& context, Geometry& geometry, std::vector<Entry>& pointers,
                     RetireLeaf retire_leaf)
    : context_(context),
      geometry_(geometry),
      pointers_(pointers),
      retire_leaf_(std::move(retire_leaf)),
      path_(kMaxLevels + 1U) {}

Entry& BlockTree::pointer_at(unsigned level, std::uint64_t index) {
  if (level == top()) return pointers_[index];
  Node& parent = load(level + 1, index >> geometry_.entry_shift());
  return parent.entries[index & (geometry_.entries_per_node() - 1)];
}

BlockTree::~BlockTree() {
  try {
    settle();
  } catch (const Error&) {
    // Whoever commits meets the same failure; here only the workers' memory matters.
  }
}

void BlockTree::settle() {
  if (awaited_batch_ != 0) context_.appender.settle(awaited_batch_);
  awaited_batch_ = 0;
}

bool BlockTree::is_loaded(unsigned level, std::uint64_t index) const {
  return level > 0 && path_[level] && path_[level]->index == index;
}

void BlockTree::touch_parent(unsigned level, std::uint64_t index) {
  if (level < top()) load(level + 1, index >> geometry_.entry_shift()).dirty = true;
}

BlockTree::Node& BlockTree::load(unsigned level, std::uint64_t index) {
  std::unique_ptr<Node>& cached = path_[level];
  if (cached && cached->index == index) return *cached;
  flush_up_to(level);
  const Entry& pointer = pointer_at(level, index);
  auto node = std::make_unique<Node>();
  node->index = index;
  if (pointer.kind == EntryKind::kBlock) {
    node->entries = read_node(context_.reader, pointer, geometry_);
  } else {
    node->entries.assign(geometry_.entries_per_node(), pointer);
  }
  cached = std::move(node);
  return *cached;
}

void BlockTree::flush(unsigned level) {
  Node& node = *path_[level];
  if (!node.dirty) return;
  if (level == 1) settle();
  Entry& pointer = pointer_at(level, node.index);
  context_.ledger.retire(pointer);
  const Entry& first = node.entries.front();
  const bool uniform = first.kind != EntryKind::kBlock && first.kind != EntryKind::kEmbedded &&
                       std::all_of(node.entries.begin(), node.entries.end(),
                                   [&](const Entry& entry) { return entry == first; });
  const bool only_holes =
      joins_holes_ && std::all_of(node.entries.begin(), node.entries.end(),
                                  [](const Entry& entry) { return entry.is_hole(); });
  if (uniform) {
    pointer = first;
  } else if (only_holes) {
    pointer = Entry::hole(context_.ledger.birth);
  } else {
    write(level, node, pointer);
  }
  touch_parent(level, node.index);
}

void BlockTree::write(unsigned level, const Node& node, Entry& pointer) {
  Bytes bytes;
  encode_entries(node.entries, bytes);
  pointer = Entry{};
  pointer.kind = EntryKind::kBlock;
  pointer.birth = context_.ledger.birth;
  pointer.where = context_.appender.append(bytes);
  if (sealed_type_)
    pointer.sealing.mac =
        indirect_mac(node.entries, {*sealed_type_, geometry_.indirect_shift}, level - 1);
  context_.ledger.add(pointer);
}

/// Children first: writing a node changes its parent.
void BlockTree::flush_up_to(unsigned level) {
  for (unsigned i = 1; i <= level; ++i) {
    if (!path_[i]) continue;
    flush(i);
    path_[i].reset();
  }
}

void BlockTree::close() {
  flush_up_to(kMaxLevels);
  settle();
}

void BlockTree::awaits(std::uint64_t batch) {
  awaited_batch_ = std::max(awaited_batch_, batch);
}

Entry BlockTree::get(std::uint64_t block) {
  if (block >= geometry_.capacity()) return Entry::hole(Birth{});
  for (unsigned level = top(); level > 0; --level) {
    const std::uint64_t index = geometry_.ancestor(block, level);
    const Entry& pointer = pointer_at(level, index);
    if (pointer.kind != EntryKind::kBlock && !is_loaded(level, index)) return pointer;
  }
  return pointer_at(0, block);
}

Entry BlockTree::peek(std::uint64_t block) {
  if (block >= geometry_.capacity()) return Entry::hole(Birth{});
  settle();
  Entry entry = pointers_[geometry_.ancestor(block, top())];
  for (unsigned level = top(); level > 0; --level) {
    const std::uint64_t at =
        geometry_.ancestor(block, level - 1) & (geometry_.entries_per_node() - 1);
    if (is_loaded(level, geometry_.ancestor(block, level))) {
      entry = path_[level]->entries[at];
    } else if (entry.kind == EntryKind::kBlock) {
      entry = read_node(context_.reader, entry, geometry_)[at];
    } else {
      return entry;
    }
  }
  return entry;
}

Entry& BlockTree::peek_slot(std::uint64_t block) {
  if (block >= geometry_.capacity())
    fail(ErrorKind::kDamaged, "block {} does not fit into a tree of {} levels", block,
         geometry_.levels);
  Entry& entry = pointer_at(0, block);
  touch_parent(0, block);
  return entry;
}

Entry& BlockTree::slot(std::uint64_t block) {
  Entry& entry = peek_slot(block);
  retire_subtree(entry, 0);
  entry = Entry{};
  return entry;
}

Entry BlockTree::emptied(FreeMode mode) const {
  Entry entry = Entry::hole(context_.ledger.birth);
  if (mode == FreeMode::kRedact) entry.kind = EntryKind::kRedacted;
  return entry;
}

void BlockTree::free_roots(const Range& range) {
  for (std::uint64_t i = 0; i < geometry_.pointers; ++i) free_pointer(top(), i, range);
}

void BlockTree::free_pointer(unsigned level, std::uint64_t index, const Range& range) {
  const auto [low, high] = geometry_.blocks_of(level, index);
  if (range.end <= low || range.first >= high) return;
  const bool loaded = is_loaded(level, index);
  if (pointer_at(level, index).kind != EntryKind::kBlock && level > 0 && !loaded) {
    free_hole(level, index, range);
    return;
  }
  if (range.first > low || range.end < high) {
    descend(level, index, range);
    return;
  }
  if (loaded) flush_up_to(level);
  Entry& pointer = pointer_at(level, index);
  if (pointer.is_hole() && range.mode == FreeMode::kOnlyData && pointer.birth) return;
  retire_subtree(pointer, level);
  pointer = emptied(range.mode);
  touch_parent(level, index);
}

/// A pointer above level 0 that has no node below it.
void BlockTree::free_hole(unsigned level, std::uint64_t index, const Range& range) {
  Entry& pointer = pointer_at(level, index);
  const auto [low, high] = geometry_.blocks_of(level, index);
  const bool covered = range.first <= low && range.end >= high;
  if (range.mode == FreeMode::kOnlyData && pointer.is_hole() && (pointer.birth || !covered)) return;
  if (!covered) {
    descend(level, index, range);
    return;
  }
  pointer = emptied(range.mode);
  touch_parent(level, index);
}

void BlockTree::descend(unsigned level, std::uint64_t index, const Range& range) {
  const unsigned child = level - 1;
  const std::uint64_t first_child = index << geometry_.entry_shift();
  const std::uint64_t last_child = first_child + geometry_.entries_per_node() - 1;
  const std::uint64_t from = std::max(first_child, geometry_.ancestor(range.first, child));
  const std::uint64_t to = std::min(last_child, geometry_.ancestor(range.end - 1, child));
  for (std::uint64_t i = from; i <= to; ++i) free_pointer(child, i, range);
}

void BlockTree::retire_subtree(const Entry& entry, unsigned level) {
  if (entry.where.is_null()) return;
  if (level == 0 && entry.birth == context_.ledger.birth) settle();
  if (level > 0) {
    for (const Entry& child : read_node(context_.reader, entry, geometry_))
      retire_subtree(child, level - 1);
  } else if (retire_leaf_) {
    retire_leaf_(entry);
  }
  context_.ledger.retire(entry);
}

void BlockTree::clear() {
  flush_up_to(kMaxLevels);
  for (Entry& pointer : pointers_) {
    retire_subtree(pointer, top());
    pointer = Entry::hole(Birth{});
  }
}

void BlockTree::clear_data() {
  flush_up_to(kMaxLevels);
  for (Entry& pointer : pointers_) {
    if (pointer.is_hole()) continue;
    retire_subtree(pointer, top());
    pointer = Entry::hole(Birth{});
  }
}

void BlockTree::grow(std::uint8_t levels) {
  flush_up_to(kMaxLevels);
  while (geometry_.levels < levels) {
    const bool all_new = std::all_of(pointers_.begin(), pointers_.end(), [](const Entry& entry) {
      return entry == Entry::hole(Birth{});
    });
    const std::vector<Entry> old = pointers_;
    std::fill(pointers_.begin(), pointers_.end(), Entry::hole(Birth{}));
    ++geometry_.levels;
    if (all_new) continue;
    Node& node = load(top(), 0);
    std::copy(old.begin(), old.end(), node.entries.begin());
    node.dirty = true;
    flush_up_to(kMaxLevels);
  }
}

}  // namespace sealift::objset
