// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "objset/entry.h"
#include "objset/geometry.h"

namespace sealift::objset {

constexpr std::uint64_t kSlotsPerBlock = stream::kSlotsPerDnodeBlock;
/// The block number that stands for an object's spill block (include/sys/dmu.h, DMU_SPILL_BLKID).
constexpr std::uint64_t kSpillBlock = std::uint64_t{0} - 2;
constexpr std::uint32_t kDnodeBlockBytes = stream::kSlotsPerDnodeBlock * stream::kDnodeSlotSize;

/// An object as OpenZFS's dnode_phys_t describes it (include/sys/dnode.h), with our pointers.
/// `bonus` is what the wire carried: sealed and padded in a raw stream, plain otherwise.
struct Dnode {
  std::uint32_t type = 0;
  std::uint32_t bonus_type = 0;
  std::uint32_t block_size = 0;  ///< bytes
  std::uint32_t bonus_length = 0;
  std::uint8_t checksum_type = 0;
  std::uint8_t compress = 0;
  std::uint8_t slots = 1;
  bool has_spill = false;
  Geometry geometry;
  std::uint64_t max_block = 0;
  /// Bytes of the sender's only block, where a plain stream cut it into blocks of 128 KiB and a
  /// shorter last one; else 0.
  std::uint32_t uncut_size = 0;
  /// Where blocks may have been cut: the end in bytes of the last hole, if one was told; else 0.
  std::uint64_t hole_end = 0;
  Bytes bonus;
  std::vector<Entry> pointers;  ///< geometry.pointers of them
  Entry spill;                  ///< a hole where there is none

  /// Where the object ends, and its FREE to the end begins.
  std::uint64_t end_bytes() const {
    return uncut_size != 0 ? uncut_size : (max_block + 1) * block_size;
  }
  bool operator==(const Dnode&) const = default;
};

/// The 32 slots of one block of the meta-dnode: slot number to dnode. The slots that a large
/// dnode covers after its first are not in the map.
using DnodeBlock = std::map<std::uint32_t, Dnode>;

Bytes encode_dnode_block(const DnodeBlock& block);
/// Throws Error(kDamaged) if `from` is no dnode block: slots that overlap, impossible shapes.
DnodeBlock decode_dnode_block(ByteView from);

/// True for what Dnode::uncut_size may be: larger than 128 KiB, and no multiple of it. OpenZFS
/// gives such a size only to objects of a single block (module/zfs/dnode.c, dnode_set_blksz).
bool is_cut_size(std::uint64_t bytes);

/// How many pointers OpenZFS gives a dnode (module/zfs/dnode.c, dnode_allocate): as many as fit
/// beside the bonus, one where the bonus is a system attribute area that may grow.
std::uint8_t deduce_pointers(std::uint32_t bonus_type, std::uint32_t bonus_length,
                             std::uint32_t slots);

}  // namespace sealift::objset
