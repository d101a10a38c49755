// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "objset/dnode.h"
#include "stream/record.h"
#include "vault/vault.h"

namespace sealift::objset {

/// One snapshot's contents: the root from which every object is reached, and what its stream
/// said beside the objects. A snapshot keeps the address of this block.
struct ObjectSet {
  /// The BEGIN record that the snapshot arrived with, and its payload as it was packed.
  stream::Begin begin;
  Endian byte_order = Endian::kLittle;
  Bytes begin_payload;

  /// The meta-dnode, whose level-0 blocks are dnode blocks.
  Geometry geometry;
  std::uint64_t max_block = 0;
  std::vector<Entry> pointers;

  bool is_raw() const { return begin.has(stream::feature::kRaw); }
  /// Objects are below this number.
  std::uint64_t object_limit() const { return (max_block + 1) * kSlotsPerBlock; }
};

Bytes encode_object_set(const ObjectSet& set);
/// Throws Error(kDamaged) if `from` is no object set.
ObjectSet decode_object_set(ByteView from);

ObjectSet read_object_set(const vault::BlockReader& reader, const vault::BlockPointer& where);
/// The dnodes of meta-dnode block `entry`; empty where it is a hole.
DnodeBlock read_dnode_block(const vault::BlockReader& reader, const Entry& entry);
/// The 2^(indirect_shift - 7) entries of an indirect block. Throws Error(kDamaged).
std::vector<Entry> decode_node(ByteView bytes, const Geometry& geometry);
/// The same of indirect block `pointer`.
std::vector<Entry> read_node(const vault::BlockReader& reader, const Entry& pointer,
                             const Geometry& geometry);

/// The dnode of `object`; nothing if there is none.
std::optional<Dnode> find_dnode(const vault::BlockReader& reader, const ObjectSet& set,
                                std::uint64_t object);

/// A byte offset in an object.
struct Place {
  std::uint64_t object;
  std::uint64_t offset_bytes;
};
/// The entry of the block that begins at `place`; a hole where none does.
Entry find_block(const vault::BlockReader& reader, const ObjectSet& set, const Place& place);
Entry find_block(const vault::BlockReader& reader, const Dnode& dnode, std::uint64_t offset_bytes);

}  // namespace sealift::objset
