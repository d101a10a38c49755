// SPDX-License-Identifier: Apache-2.0
// Where an object has blocks and where holes, found without reading the blocks. All throw
// Error(kDamaged) for indirect blocks that are not what they should be.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "dataset/plaintext.h"

namespace sealift::dataset {

/// The first block at or behind block `from` that is no hole; nothing if only holes follow.
std::optional<std::uint64_t> next_data_block(Plaintext& from, const Object& object,
                                             std::uint64_t block);
/// The first hole at or behind block `from`; nothing if the tree holds none, which then ends.
std::optional<std::uint64_t> next_hole_block(Plaintext& from, const Object& object,
                                             std::uint64_t block);

/// Tells of each run of blocks in `range` that are no holes, in order. Who makes holes asks it, for
/// holes that are there must stay as they are: their age is theirs.
void each_data_run(Plaintext& from, const Object& object, objset::Geometry::Blocks range,
                   const std::function<void(const objset::Geometry::Blocks&)>& visit);

/// Bytes that the vault stores for the object's blocks of data; nothing for an object of more than
/// `max_nodes` indirect blocks, which are not all read for it.
std::optional<std::uint64_t> stored_bytes(Plaintext& from, const Object& object,
                                          std::size_t max_nodes);

}  // namespace sealift::dataset
