// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vault/block.h"

namespace sealift::vault {

constexpr std::size_t kMaxTreeKeyBytes = 1024;
constexpr std::size_t kMaxTreeValueBytes = 64U << 10;
/// A node that grows beyond is split, unless it has a single entry.
constexpr std::size_t kTreeNodeTargetBytes = 12U << 10;
/// No stored node is longer: one entry of the greatest size, and a header.
constexpr std::size_t kMaxTreeNodeBytes = kTreeNodeTargetBytes + kMaxTreeValueBytes + 4096;
/// Far more levels than 2^64 entries need.
constexpr unsigned kMaxTreeLevels = 32;

/// A node of a Tree in memory: a leaf (level 0) of keys and values, or a branch of keys and
/// children. A child's key is not greater than any key below it, and greater than any key below
/// its left neighbour.
struct TreeNode {
  struct Entry {
    std::string key;
    std::string value;                ///< of a leaf
    BlockPointer pointer;             ///< of a branch: where the child was last written
    std::unique_ptr<TreeNode> child;  ///< of a branch: the child, if it is in memory
  };

  unsigned level = 0;
  bool dirty = false;     ///< differs from what is at its pointer; then so does each ancestor
  std::size_t bytes = 0;  ///< encoded
  std::vector<Entry> entries;

  bool is_leaf() const { return level == 0; }
  /// The first entry whose key is not less than `key`.
  std::size_t lower_bound(std::string_view key) const;
  /// The child to look for `key` in, or to put it into. The node is a branch.
  std::size_t child_for(std::string_view key) const;

  /// Bytes that an entry takes, encoded.
  std::size_t bytes_of(const Entry& entry) const;
  /// Sums `bytes` up anew.
  void measure();
};

/// Node layout, little-endian: magic u32, level u8, three zero bytes, number of entries u32; then
/// each entry: key length u16, key, and in a leaf value length u32, value, in a branch a pointer.
Bytes encode(const TreeNode& node);

/// Throws kDamaged unless `bytes` is exactly one node in good order.
TreeNode decode_tree_node(ByteView bytes);

/// Cuts an overlong node into several of about equal size, the first of which stays in `node`.
/// Where entries are only ever added behind the last, `Fill::kFull` leaves full nodes behind.
enum class Fill { kEven, kFull };
std::vector<std::unique_ptr<TreeNode>> split(TreeNode& node, Fill fill);

}  // namespace sealift::vault
