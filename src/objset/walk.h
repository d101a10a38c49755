// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "objset/object_set.h"
#include "objset/object_type.h"
#include "objset/read_ahead.h"

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
  Walker(const vault::Vault& vault, const ObjectSet& set, const WalkRange& range, Visitor& visitor)
      : vault_(vault), set_(set), range_(range), visitor_(visitor) {}

  /// Throws Error(kDamaged) naming the object, and what the visitor throws.
  void run() { visit_meta_all(set_.pointers, set_.geometry.levels - 1U, 0); }

 private:
  struct File {
    std::uint64_t object;
    const Dnode& dnode;
  };

  /// A hole of unknown birth may hide that an object number was reused: it is always shown.
  bool is_old(const Entry& entry) const { return entry.birth && entry.birth <= range_.after; }

  ReadAhead& ahead(std::unique_ptr<ReadAhead>& level) const {
    if (level == nullptr) level = std::make_unique<ReadAhead>(vault_);
    return *level;
  }

  bool is_meta_shown(const Entry& entry, const Geometry::Blocks& blocks) const {
    return blocks.end > range_.from_object / kSlotsPerBlock && !is_old(entry);
  }

  /// `entries` point to blocks of `level`, the first of which is number `first`.
  void visit_meta_all(const std::vector<Entry>& entries, unsigned level, std::uint64_t first) {
    ahead(meta_ahead_[level])
        .each(
            entries,
            [&](std::size_t i) {
              return is_meta_shown(entries[i], set_.geometry.blocks_of(level, first + i));
            },
            [&](std::size_t i) {
              return level > 0 ? "meta-dnode"
                               : fmt::format("objects from {}", (first + i) * kSlotsPerBlock);
            },
            [&](std::size_t i, ByteView bytes) {
              visit_meta(entries[i], level, first + i, bytes);
            });
  }

  void visit_meta(const Entry& entry, unsigned level, std::uint64_t index, ByteView bytes) {
    if (entry.kind != EntryKind::kBlock) {
      visitor_.meta_hole(set_.geometry.blocks_of(level, index));
    } else if (level == 0) {
      visit_dnodes(entry, index, bytes);
    } else {
      const std::vector<Entry> node =
          in_context("meta-dnode", [&] { return decode_node(bytes, set_.geometry); });
      visit_meta_all(node, level - 1, index << set_.geometry.entry_shift());
    }
  }

  void visit_dnodes(const Entry& entry, std::uint64_t number, ByteView bytes) {
    const std::uint64_t first = number * kSlotsPerBlock;
    visitor_.dnode_block(first, entry);
    const DnodeBlock block = in_context(fmt::format("objects from {}", first),
                                        [&] { return decode_dnode_block(bytes); });
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
    visit_blocks(file, file.dnode.pointers, file.dnode.geometry.levels - 1U, 0);
    if (file.dnode.has_spill && file.dnode.spill.birth > range_.after)
      visitor_.spill(file.object, file.dnode.spill);
  }

  bool is_shown(const File& file, const Entry& entry, const Geometry::Blocks& blocks) const {
    const bool is_behind = file.object == range_.from_object && blocks.end <= range_.from_block;
    return !is_behind && !is_old(entry);
  }

  void visit_blocks(const File& file, const std::vector<Entry>& entries, unsigned level,
                    std::uint64_t first) {
    const auto blocks = [&](std::size_t i) {
      return file.dnode.geometry.blocks_of(level, first + i);
    };
    const auto shown = [&](std::size_t i) { return is_shown(file, entries[i], blocks(i)); };
    if (level == 0) {
      for (std::size_t i = 0; i < entries.size(); ++i)
        if (shown(i)) visit_block(file, entries[i], {level, first + i}, {});
      return;
    }
    ahead(file_ahead_[level])
        .each(
            entries, shown,
            [&](std::size_t i) {
              return fmt::format("object {}, block {}", file.object, blocks(i).first);
            },
            [&](std::size_t i, ByteView bytes) {
              visit_block(file, entries[i], {level, first + i}, bytes);
            });
  }

  /// Where in a tree a block is.
  struct Spot {
    unsigned level;
    std::uint64_t index;
  };

  void visit_block(const File& file, const Entry& entry, Spot at, ByteView bytes) {
    const Geometry& geometry = file.dnode.geometry;
    const Geometry::Blocks blocks = geometry.blocks_of(at.level, at.index);
    if (entry.is_hole()) {
      if (is_metadata_type(file.dnode.type) || blocks.first <= file.dnode.max_block)
        visitor_.hole(file.dnode, file.object, blocks);
    } else if (entry.kind == EntryKind::kRedacted) {
      visitor_.redacted(file.dnode, file.object, blocks);
    } else if (at.level == 0) {
      visitor_.data(file.dnode, file.object, at.index, entry);
    } else {
      const std::vector<Entry> node =
          in_context(fmt::format("object {}, block {}", file.object, blocks.first),
                     [&] { return decode_node(bytes, geometry); });
      visit_blocks(file, node, at.level - 1, at.index << geometry.entry_shift());
    }
  }

  const vault::Vault& vault_;
  const ObjectSet& set_;
  WalkRange range_;
  Visitor& visitor_;
  using Levels = std::array<std::unique_ptr<ReadAhead>, kMaxLevels + 1U>;
  Levels meta_ahead_;  ///< by the level of what is read
  Levels file_ahead_;
};

}  // namespace sealift::objset
