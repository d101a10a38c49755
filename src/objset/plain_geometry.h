// SPDX-License-Identifier: Apache-2.0
// Plain streams do not say how an object's block tree is built. What they do say, the ranges of
// their FREE records, depends on it all the same: a hole is told at the level it was found.
#pragma once

#include "objset/dnode.h"

namespace sealift::objset {

/// OpenZFS makes every meta-dnode deep enough for 2^48 objects (module/zfs/dmu_objset.c).
constexpr Geometry kPlainMetaGeometry{6, 3, kMaxIndirectShift};

/// The fewest levels, and not fewer than now, that hold block `max_block`
/// (module/zfs/dnode.c, dnode_new_blkid).
std::uint8_t levels_for(const Geometry& now, std::uint64_t max_block);

/// The levels that `dnode` must have for its sender to have told of a hole that ends at block
/// `end`: a hole beyond the last block is one pointer, and ends where the pointer's span does.
std::uint8_t levels_of_hole(const Dnode& dnode, std::uint64_t end);

}  // namespace sealift::objset
