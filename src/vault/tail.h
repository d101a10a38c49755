// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "vault/space_map.h"

namespace sealift::vault {

/// What a commit cannot put into the space tree, because it comes to pass while that tree is being
/// written: how far the segments have grown, and which blocks the tree's own rewriting replaced.
/// It is a block of its own, named by the uberblock; the next commit folds it into its space tree.
/// (Were it part of the tree, writing the tree would change the tree, without end.)
struct Tail {
  std::vector<SegmentGrowth> growth;
  std::vector<Extent> replaced;
};

/// Bytes that a tail with so many entries takes.
std::size_t tail_bytes(std::size_t growths, std::size_t extents);

Bytes encode(const Tail& tail);
/// Throws kDamaged.
Tail decode_tail(ByteView bytes);

/// The extent that a block occupies.
Extent extent_of(const BlockPointer& pointer);

}  // namespace sealift::vault
