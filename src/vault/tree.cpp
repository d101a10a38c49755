// SPDX-License-Identifier: Apache-2.0
#include "vault/tree.h"

#include <utility>

#include "base/error.h"
#include "vault/tree_node.h"

namespace sealift::vault {

namespace {

/// Clean nodes kept in memory between calls; the rest is read again when needed.
constexpr std::size_t kMaxCachedNodes = 1024;
/// A node below this share of the target is merged with a neighbour, if both fit in one.
constexpr std::size_t kMinNodeBytes = kTreeNodeTargetBytes / 4;
constexpr std::size_t kMaxMergedBytes = kTreeNodeTargetBytes * 3 / 4;

bool has_prefix(std::string_view key, std::string_view prefix) {
  return key.substr(0, prefix.size()) == prefix;
}

}  // namespace

struct Tree::Impl {
  Impl(const BlockReader& reader_, const BlockPointer& root_) : reader(reader_), place(root_) {}

  std::unique_ptr<TreeNode> load(const BlockPointer& pointer, std::optional<unsigned> level);
  TreeNode* root();
  TreeNode& child(TreeNode& node, std::size_t at);
  void make_room();
  void drop_clean(TreeNode& node);

  void put(TreeNode& node, std::string_view key, std::string_view value);
  void put_into_leaf(TreeNode& node, std::string_view key, std::string_view value);
  void adopt(TreeNode& node, std::size_t at, std::vector<std::unique_ptr<TreeNode>> right);
  bool erase(TreeNode& node, std::string_view key);
  void merge_around(TreeNode& node, std::size_t at);
  void grow_root(std::vector<std::unique_ptr<TreeNode>> right);
  void shrink_root();

  struct Range {
    std::string_view prefix;
    std::string_view from;
    const Visit& visit;
  };
  bool scan(TreeNode& node, const Range& range);
  const TreeNode::Entry* last(TreeNode& node, std::string_view up_to);
  BlockPointer flush(TreeNode& node, const BlockPointer& old, Appender& appender);
  void replace(const BlockPointer& old);

  const BlockReader& reader;
  BlockPointer place;  ///< where the root was last written
  std::unique_ptr<TreeNode> node;
  bool is_empty_now = false;  ///< all was erased, though `place` is not null
  std::size_t cached = 0;
  unsigned active = 0;  ///< calls under way: while one holds nodes, none is dropped
  std::vector<BlockPointer> replaced;
};

namespace {

/// Counts a call in and out.
class Active {
 public:
  explicit Active(unsigned& count) : count_(count) { ++count_; }
  ~Active() { --count_; }
  Active(const Active&) = delete;
  Active& operator=(const Active&) = delete;

 private:
  unsigned& count_;
};

}  // namespace

std::unique_ptr<TreeNode> Tree::Impl::load(const BlockPointer& pointer,
                                           std::optional<unsigned> level) {
  if (pointer.is_null() || pointer.length > kMaxTreeNodeBytes) {
    fail(ErrorKind::kDamaged, "a tree points to a node of {} bytes", pointer.length);
  }
  auto loaded = std::make_unique<TreeNode>(decode_tree_node(reader.read(pointer)));
  if (level && loaded->level != *level) {
    fail(ErrorKind::kDamaged, "a tree node has level {} where {} is due", loaded->level, *level);
  }
  ++cached;
  return loaded;
}

TreeNode* Tree::Impl::root() {
  if (node == nullptr && !place.is_null() && !is_empty_now) node = load(place, std::nullopt);
  return node.get();
}

TreeNode& Tree::Impl::child(TreeNode& parent, std::size_t at) {
  TreeNode::Entry& entry = parent.entries[at];
  if (entry.child != nullptr) return *entry.child;
  std::unique_ptr<TreeNode> loaded = load(entry.pointer, parent.level - 1);
  const bool is_last = at + 1 == parent.entries.size();
  if (loaded->entries.front().key < entry.key ||
      (!is_last && loaded->entries.back().key >= parent.entries[at + 1].key)) {
    fail(ErrorKind::kDamaged, "a tree node holds keys of its neighbour");
  }
  entry.child = std::move(loaded);
  return *entry.child;
}

void Tree::Impl::make_room() {
  if (cached <= kMaxCachedNodes || active != 0 || node == nullptr) return;
  drop_clean(*node);
  cached = 0;
}

void Tree::Impl::drop_clean(TreeNode& parent) {
  for (TreeNode::Entry& entry : parent.entries) {
    if (entry.child == nullptr) continue;
    if (entry.child->dirty) {
      drop_clean(*entry.child);
    } else {
      entry.child.reset();
    }
  }
}

void Tree::Impl::put_into_leaf(TreeNode& leaf, std::string_view key, std::string_view value) {
  const std::size_t at = leaf.lower_bound(key);
  if (at < leaf.entries.size() && leaf.entries[at].key == key) {
    leaf.bytes = leaf.bytes - leaf.entries[at].value.size() + value.size();
    leaf.entries[at].value = value;
    return;
  }
  TreeNode::Entry entry;
  entry.key = key;
  entry.value = value;
  leaf.bytes += leaf.bytes_of(entry);
  leaf.entries.insert(leaf.entries.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
}

void Tree::Impl::put(TreeNode& parent, std::string_view key, std::string_view value) {
  if (parent.is_leaf()) {
    put_into_leaf(parent, key, value);
  } else {
    const std::size_t at = parent.child_for(key);
    TreeNode& below = child(parent, at);
    put(below, key, value);
    if (std::string& least = parent.entries[at].key; key < least) {
      parent.bytes = parent.bytes - least.size() + key.size();
      least = key;
    }
    if (below.bytes > kTreeNodeTargetBytes && below.entries.size() > 1) {
      const bool at_end =
          at + 1 == parent.entries.size() && (!below.is_leaf() || below.entries.back().key == key);
      adopt(parent, at, split(below, at_end ? Fill::kFull : Fill::kEven));
    }
  }
  parent.dirty = true;
}

void Tree::Impl::adopt(TreeNode& parent, std::size_t at,
                       std::vector<std::unique_ptr<TreeNode>> right) {
  for (std::unique_ptr<TreeNode>& piece : right) {
    TreeNode::Entry entry;
    entry.key = piece->entries.front().key;
    entry.child = std::move(piece);
    parent.bytes += parent.bytes_of(entry);
    parent.entries.insert(parent.entries.begin() + static_cast<std::ptrdiff_t>(++at),
                          std::move(entry));
  }
}

void Tree::Impl::grow_root(std::vector<std::unique_ptr<TreeNode>> right) {
  auto above = std::make_unique<TreeNode>();
  above->level = node->level + 1;
  above->dirty = true;
  TreeNode::Entry first;
  first.key = node->entries.front().key;
  // The old root's block is replaced like any other when it is flushed as a child.
  first.pointer = std::exchange(place, BlockPointer{});
  first.child = std::move(node);
  above->entries.push_back(std::move(first));
  above->measure();
  adopt(*above, 0, std::move(right));
  node = std::move(above);
}

bool Tree::Impl::erase(TreeNode& parent, std::string_view key) {
  if (parent.is_leaf()) {
    const std::size_t at = parent.lower_bound(key);
    if (at == parent.entries.size() || parent.entries[at].key != key) return false;
    parent.bytes -= parent.bytes_of(parent.entries[at]);
    parent.entries.erase(parent.entries.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    const std::size_t at = parent.child_for(key);
    if (!erase(child(parent, at), key)) return false;
    merge_around(parent, at);
  }
  parent.dirty = true;
  return true;
}

void Tree::Impl::merge_around(TreeNode& parent, std::size_t at) {
  TreeNode& below = *parent.entries[at].child;
  const auto remove = [&](std::size_t which) {
    replace(parent.entries[which].pointer);
    parent.bytes -= parent.bytes_of(parent.entries[which]);
    parent.entries.erase(parent.entries.begin() + static_cast<std::ptrdiff_t>(which));
  };
  if (below.entries.empty()) return remove(at);
  if (below.bytes >= kMinNodeBytes || parent.entries.size() < 2) return;
  const std::size_t left = at == 0 ? 0 : at - 1;
  TreeNode& first = child(parent, left);
  TreeNode& second = child(parent, left + 1);
  if (first.bytes + second.bytes > kMaxMergedBytes) return;
  for (TreeNode::Entry& entry : second.entries) first.entries.push_back(std::move(entry));
  first.measure();
  first.dirty = true;
  remove(left + 1);
}

void Tree::Impl::shrink_root() {
  while (node != nullptr && !node->is_leaf() && node->entries.size() == 1) {
    child(*node, 0);
    std::unique_ptr<TreeNode> only = std::move(node->entries[0].child);
    replace(place);
    place = node->entries[0].pointer;
    node = std::move(only);
  }
  if (node != nullptr && node->entries.empty()) {
    node.reset();
    is_empty_now = true;
  }
}

bool Tree::Impl::scan(TreeNode& parent, const Range& range) {
  std::size_t at = parent.is_leaf() ? parent.lower_bound(range.from) : parent.child_for(range.from);
  for (; at < parent.entries.size(); ++at) {
    TreeNode::Entry& entry = parent.entries[at];
    const bool beyond = entry.key > range.prefix && !has_prefix(entry.key, range.prefix);
    if (parent.is_leaf()) {
      if (beyond || !range.visit(entry.key, entry.value)) return false;
      continue;
    }
    if (beyond && entry.key > range.from) return false;
    const bool keep = entry.child != nullptr || cached < kMaxCachedNodes || parent.level > 1;
    const bool more = scan(child(parent, at), range);
    if (!keep && !entry.child->dirty) {
      entry.child.reset();
      --cached;
    }
    if (!more) return false;
  }
  return true;
}

const TreeNode::Entry* Tree::Impl::last(TreeNode& parent, std::string_view up_to) {
  if (parent.is_leaf()) {
    std::size_t at = parent.lower_bound(up_to);
    if (at < parent.entries.size() && parent.entries[at].key == up_to) return &parent.entries[at];
    return at == 0 ? nullptr : &parent.entries[at - 1];
  }
  // A child may have lost its least keys, and then the answer is in its left neighbour.
  for (std::size_t at = parent.child_for(up_to) + 1; at-- > 0;) {
    if (const TreeNode::Entry* found = last(child(parent, at), up_to)) return found;
  }
  return nullptr;
}

void Tree::Impl::replace(const BlockPointer& old) {
  if (!old.is_null()) replaced.push_back(old);
}

BlockPointer Tree::Impl::flush(TreeNode& dirty, const BlockPointer& old, Appender& appender) {
  for (TreeNode::Entry& entry : dirty.entries) {
    if (entry.child == nullptr || !entry.child->dirty) continue;
    entry.pointer = flush(*entry.child, entry.pointer, appender);
  }
  const BlockPointer written = appender.append(encode(dirty));
  dirty.dirty = false;
  ++cached;
  replace(old);
  return written;
}

Tree::Tree(const BlockReader& reader, const BlockPointer& root)
    : impl_(std::make_unique<Impl>(reader, root)) {}
Tree::~Tree() = default;
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;

std::optional<std::string> Tree::get(std::string_view key) const {
  impl_->make_room();
  TreeNode* node = impl_->root();
  while (node != nullptr && !node->is_leaf()) node = &impl_->child(*node, node->child_for(key));
  if (node == nullptr) return std::nullopt;
  const std::size_t at = node->lower_bound(key);
  if (at == node->entries.size() || node->entries[at].key != key) return std::nullopt;
  return node->entries[at].value;
}

void Tree::scan(std::string_view prefix, std::string_view from, const Visit& visit) const {
  impl_->make_room();
  const Active active(impl_->active);
  TreeNode* root = impl_->root();
  if (root != nullptr) impl_->scan(*root, {prefix, std::max(prefix, from), visit});
}

std::optional<std::pair<std::string, std::string>> Tree::last(std::string_view prefix,
                                                              std::string_view up_to) const {
  impl_->make_room();
  TreeNode* root = impl_->root();
  const TreeNode::Entry* found = root == nullptr ? nullptr : impl_->last(*root, up_to);
  if (found == nullptr || !has_prefix(found->key, prefix)) return std::nullopt;
  return std::pair(found->key, found->value);
}

void Tree::put(std::string_view key, std::string_view value) {
  SEALIFT_ASSERT(!key.empty() && key.size() <= kMaxTreeKeyBytes);
  SEALIFT_ASSERT(value.size() <= kMaxTreeValueBytes);
  SEALIFT_ASSERT(impl_->active == 0);
  impl_->make_room();
  if (impl_->root() == nullptr) {
    impl_->node = std::make_unique<TreeNode>();
    impl_->node->measure();
    impl_->is_empty_now = false;
  }
  TreeNode& root = *impl_->node;
  impl_->put(root, key, value);
  if (root.bytes > kTreeNodeTargetBytes && root.entries.size() > 1) {
    const bool at_end = !root.is_leaf() || root.entries.back().key == key;
    impl_->grow_root(split(root, at_end ? Fill::kFull : Fill::kEven));
  }
}

bool Tree::erase(std::string_view key) {
  SEALIFT_ASSERT(impl_->active == 0);
  impl_->make_room();
  TreeNode* root = impl_->root();
  if (root == nullptr || !impl_->erase(*root, key)) return false;
  impl_->shrink_root();
  return true;
}

bool Tree::is_dirty() const {
  if (impl_->node == nullptr) return impl_->is_empty_now && !impl_->place.is_null();
  return impl_->node->dirty || !impl_->replaced.empty();
}

BlockPointer Tree::flush(Appender& appender) {
  if (impl_->node == nullptr && impl_->is_empty_now) {
    impl_->replace(std::exchange(impl_->place, BlockPointer{}));
  } else if (impl_->node != nullptr && impl_->node->dirty) {
    impl_->place = impl_->flush(*impl_->node, impl_->place, appender);
  }
  return impl_->place;
}

std::vector<BlockPointer> Tree::take_replaced() {
  return std::exchange(impl_->replaced, {});
}

}  // namespace sealift::vault
