// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "keys/dnode_sealing.h"
#include "objset/authentic_pointer.h"

namespace sealift::keys {

/// What is authenticated of a dnode's pointers, out of those to its level-0 blocks as they come:
/// one hash for each level, whatever the size of the object.
class MacTree {
 public:
  MacTree(const objset::TreeKind& kind, const objset::Geometry& geometry)
      : kind_(kind),
        geometry_(geometry),
        nodes_(geometry.levels),
        pointers_(geometry.pointers, objset::AuthenticPointer{}) {}

  /// Of block number `block`, above those before it. Those left out are holes. Throws
  /// Error(kDamaged) where the tree has no such block.
  void add(std::uint64_t block, const objset::AuthenticPointer& pointer);
  /// Nothing follows.
  DnodePointers finish();

 private:
  /// The indirect block of one level that is not complete yet.
  struct Node {
    bool is_open = false;
    std::uint64_t index = 0;
    std::uint64_t filled = 0;  ///< entries hashed
    crypto::Sha512 hash;
  };

  void add_at(unsigned level, std::uint64_t index, const objset::AuthenticPointer& pointer);
  void close(unsigned level);
  static void fill_up(Node& node, std::uint64_t entries);

  objset::TreeKind kind_;
  objset::Geometry geometry_;
  std::vector<Node> nodes_;  ///< by level, from 1
  DnodePointers pointers_;
};

}  // namespace sealift::keys
