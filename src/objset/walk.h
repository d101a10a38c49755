// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "objset/object_set.h"

namespace sealift::objset {

/// What to visit.
struct WalkRange {
  /// Only what is born after this, and holes whose birth is unknown; 0 is everything.
  Birth after;
  /// Objects below this one are left out, and of this one the blocks before `from_block`.
  std::uint64_t from_object = 0;
  std::uint64_t from_block = 0;
};

/// Shows an object set to `Visitor` in the order in which OpenZFS's sender traverses it
/// (module/zfs/dmu_traverse.c). Subtrees not born after `range.after` are never read.
///
/// The visitor has, with Geometry::Blocks as ranges of level-0 blocks:
///   dnode_block(first_object, const Entry&)         a block of dnodes that has changed
///   free_slot(object)                               a slot of it without a dnode
///   object(number, const Dnode&)                    the others, each before its own blocks:
///   hole(const Dnode&, object, blocks)
///   redacted(const Dnode&, object, blocks)
///   data(const Dnode&, object, block, const Entry&)
///   spill(object, const Entry&)                     only one that has changed
///   meta_hole(blocks)                               dnode blocks that are a hole
/// References are valid during the call.
template <class Visitor>
class Walker {
 public:
  /// All must outlive the walker.
  Walker(const vault::BlockReader& reader, const ObjectSet& set, const WalkRange& range,
         Visitor& visitor)
      : reader_(reader), set_(set), range_(range), visitor_(visitor) {}

  /// Throws Error(kDamaged) naming the object, and what the visitor throws.
  void run() {
    for (std::uint64_t i = 0; i < set_.pointers.size(); ++i)
      visit_meta(set_.pointers[i], set_.geometry.levels - 1U, i);
  }

 private:
  struct File {
    std::uint64_t object;
    const Dnode& dnode;
  };

  /// A hole of unknown birth may hide that an object number was reused: it is always shown.
  bool is_old(const Entry& entry) const { return entry.birth && entry.birth <= range_.after; }

  void visit_meta(const Entry& entry, unsigned level, std::uint64_t index) {
    const Geometry::Blocks blocks = set_.geometry.blocks_of(level, index);
    if (blocks.end <= range_.from_object / kSlotsPerBlock || is_old(entry)) return;
    if (entry.kind != EntryKind::kBlock) {
      visitor_.meta_hole(blocks);
    } else if (level == 0) {
      visit_dnodes(entry, index);
    } else {
      const std::vector<Entry> node =
          in_context("meta-dnode", [&] { return read_node(reader_, entry, set_.geometry); });
      const std::uint64_t first = index << set_.geometry.entry_shift();
      for (std::uint64_t i = 0; i < node.size(); ++i) visit_meta(node[i], level - 1, first + i);
    }
  }

  void visit_dnodes(const Entry& entry, std::uint64_t number) {
    const std::uint64_t first = number * kSlotsPerBlock;
    visitor_.dnode_block(first, entry);
    const DnodeBlock block = in_context(fmt::format("objects from {}", first),
                                        [&] { return read_dnode_block(reader_, entry); });
    for (std::uint32_t slot = 0; slot < kSlotsPerBlock;) {
      const auto found = block.find(slot);
      const std::uint64_t object = first + slot;
      if (object != 0 && object >= range_.from_object) {
        if (found == block.end()) {
          visitor_.free_slot(object);
        } else {
          visit_object({object, found->second});
        }
      }
      slot += found == block.end() ? 1U : found->second.slots;
    }
  }

  void visit_object(const File& file) {
    visitor_.object(file.object, file.dnode);
    for (std::uint64_t i = 0; i < file.dnode.pointers.size(); ++i)
      visit_block(file, file.dnode.pointers[i], file.dnode.geometry.levels - 1U, i);
    if (file.dnode.has_spill && file.dnode.spill.birth > range_.after)
      visitor_.spill(file.object, file.dnode.spill);
  }

  void visit_block(const File& file, const Entry& entry, unsigned level, std::uint64_t index) {
    const Geometry& geometry = file.dnode.geometry;
    const Geometry::Blocks blocks = geometry.blocks_of(level, index);
    if (file.object == range_.from_object && blocks.end <= range_.from_block) return;
    if (is_old(entry)) return;
    if (entry.is_hole()) {
      if (is_metadata_type(file.dnode.type) || blocks.first <= file.dnode.max_block)
        visitor_.hole(file.dnode, file.object, blocks);
    } else if (entry.kind == EntryKind::kRedacted) {
      visitor_.redacted(file.dnode, file.object, blocks);
    } else if (level == 0) {
      visitor_.data(file.dnode, file.object, index, entry);
    } else {
      const std::vector<Entry> node =
          in_context(fmt::format("object {}, block {}", file.object, blocks.first),
                     [&] { return read_node(reader_, entry, geometry); });
      const std::uint64_t first = index << geometry.entry_shift();
      for (std::uint64_t i = 0; i < node.size(); ++i)
        visit_block(file, node[i], level - 1, first + i);
    }
  }

  const vault::BlockReader& reader_;
  const ObjectSet& set_;
  WalkRange range_;
  Visitor& visitor_;
};

}  // namespace sealift::objset
