// SPDX-License-Identifier: Apache-2.0
#include "vault/tree_node.h"

#include <algorithm>
#include <optional>

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"

namespace sealift::vault {

namespace {

constexpr std::uint32_t kNodeMagic = 0x4e544c53;  // "SLTN"
constexpr std::size_t kNodeHeaderBytes = 12;

void put(Bytes& to, std::string_view text) {
  to.insert(to.end(), text.begin(), text.end());
}

template <std::unsigned_integral T>
void put_number(Bytes& to, T value) {
  to.resize(to.size() + sizeof value);
  store(to.data() + to.size() - sizeof value, value);
}

/// Takes fields off the front of a node, and never more than there is.
class Fields {
 public:
  explicit Fields(ByteView bytes) : rest_(bytes) {}

  ByteView take(std::size_t size) {
    if (size > rest_.size()) fail(ErrorKind::kDamaged, "a tree node ends within an entry");
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  template <std::unsigned_integral T>
  T number() {
    return load<T>(take(sizeof(T)).data());
  }

  bool empty() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

TreeNode::Entry decode_entry(Fields& fields, unsigned level) {
  TreeNode::Entry entry;
  const std::size_t key_size = fields.number<std::uint16_t>();
  if (key_size > kMaxTreeKeyBytes) fail(ErrorKind::kDamaged, "a tree node has an overlong key");
  entry.key = as_text(fields.take(key_size));
  if (level != 0) {
    entry.pointer = decode_block_pointer(fields.take(kBlockPointerBytes).data());
    return entry;
  }
  const std::size_t value_size = fields.number<std::uint32_t>();
  if (value_size > kMaxTreeValueBytes)
    fail(ErrorKind::kDamaged, "a tree node has an overlong value");
  entry.value = as_text(fields.take(value_size));
  return entry;
}

}  // namespace

std::size_t TreeNode::lower_bound(std::string_view key) const {
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), key,
      [](const Entry& entry, std::string_view wanted) { return entry.key < wanted; });
  return static_cast<std::size_t>(found - entries.begin());
}

std::size_t TreeNode::child_for(std::string_view key) const {
  const std::size_t at = lower_bound(key);
  const bool exact = at < entries.size() && entries[at].key == key;
  return exact || at == 0 ? at : at - 1;
}

std::size_t TreeNode::bytes_of(const Entry& entry) const {
  const std::size_t rest = is_leaf() ? 4 + entry.value.size() : kBlockPointerBytes;
  return 2 + entry.key.size() + rest;
}

void TreeNode::measure() {
  bytes = kNodeHeaderBytes;
  for (const Entry& entry : entries) bytes += bytes_of(entry);
}

Bytes encode(const TreeNode& node) {
  Bytes encoded;
  encoded.reserve(node.bytes);
  put_number(encoded, kNodeMagic);
  put_number(encoded, node.level);  // u8 and three zeros
  put_number(encoded, static_cast<std::uint32_t>(node.entries.size()));
  for (const TreeNode::Entry& entry : node.entries) {
    put_number(encoded, static_cast<std::uint16_t>(entry.key.size()));
    put(encoded, entry.key);
    if (node.is_leaf()) {
      put_number(encoded, static_cast<std::uint32_t>(entry.value.size()));
      put(encoded, entry.value);
    } else {
      encoded.resize(encoded.size() + kBlockPointerBytes);
      encode(entry.pointer, encoded.data() + encoded.size() - kBlockPointerBytes);
    }
  }
  return encoded;
}

TreeNode decode_tree_node(ByteView bytes) {
  Fields fields(bytes);
  if (bytes.size() < kNodeHeaderBytes || fields.number<std::uint32_t>() != kNodeMagic) {
    fail(ErrorKind::kDamaged, "a block is no tree node");
  }
  TreeNode node;
  node.level = fields.number<std::uint32_t>();
  if (node.level >= kMaxTreeLevels)
    fail(ErrorKind::kDamaged, "a tree node has level {}", node.level);
  const std::size_t count = fields.number<std::uint32_t>();
  // An entry takes at least six bytes, so the count cannot make us reserve more than there is.
  node.entries.reserve(std::min(count, bytes.size() / 6));
  for (std::size_t i = 0; i < count; ++i) {
    TreeNode::Entry entry = decode_entry(fields, node.level);
    if (i != 0 && entry.key <= node.entries.back().key) {
      fail(ErrorKind::kDamaged, "a tree node's keys are out of order");
    }
    node.entries.push_back(std::move(entry));
  }
  if (!fields.empty() || count == 0) fail(ErrorKind::kDamaged, "a tree node's size is wrong");
  node.bytes = bytes.size();
  return node;
}

std::vector<std::unique_ptr<TreeNode>> split(TreeNode& node, Fill fill) {
  const std::size_t pieces = divide_up(node.bytes, kTreeNodeTargetBytes);
  const std::size_t target = fill == Fill::kFull ? kTreeNodeTargetBytes : node.bytes / pieces;
  std::vector<TreeNode::Entry> entries = std::move(node.entries);
  std::vector<std::unique_ptr<TreeNode>> right;
  TreeNode* into = &node;
  into->entries.clear();
  into->measure();
  for (TreeNode::Entry& entry : entries) {
    const std::size_t size = into->bytes_of(entry);
    if (!into->entries.empty() && into->bytes + size > target) {
      right.push_back(std::make_unique<TreeNode>());
      into = right.back().get();
      into->level = node.level;
      into->dirty = true;
      into->measure();
    }
    into->bytes += size;
    into->entries.push_back(std::move(entry));
  }
  return right;
}

}  // namespace sealift::vault
