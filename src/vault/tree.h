// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vault/appender.h"

namespace sealift::vault {

/// A copy-on-write B-tree from byte strings to byte strings, ordered as by memcmp.
/// Reads nodes lazily through a BlockReader; edits stay in memory until `flush`.
/// Keys are 1 to 1,024 bytes, values at most 64 KiB. One thread at a time.
class Tree {
 public:
  /// A null `root` is the empty tree. `reader` must outlive the tree.
  Tree(const BlockReader& reader, const BlockPointer& root);
  ~Tree();
  Tree(Tree&&) noexcept;
  Tree& operator=(Tree&&) noexcept;

  std::optional<std::string> get(std::string_view key) const;
  bool contains(std::string_view key) const { return get(key).has_value(); }

  /// Calls `visit(key, value)` for each key that begins with `prefix` and is not less than
  /// `from`, in order, until it returns false.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  void scan(std::string_view prefix, std::string_view from, const Visit& visit) const;
  void scan(std::string_view prefix, const Visit& visit) const { scan(prefix, prefix, visit); }
  /// The last entry of `prefix` whose key is not greater than `up_to`.
  std::optional<std::pair<std::string, std::string>> last(std::string_view prefix,
                                                          std::string_view up_to) const;

  void put(std::string_view key, std::string_view value);
  /// False if the key was not there.
  bool erase(std::string_view key);

  bool is_dirty() const;
  /// Writes the changed nodes and returns the new root (null when empty).
  BlockPointer flush(Appender& appender);
  /// The nodes that the last flush replaced; the caller frees them in its transaction.
  std::vector<BlockPointer> take_replaced();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
