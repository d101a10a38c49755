// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "objset/ledger.h"
#include "objset/object_set.h"
#include "vault/appender.h"

namespace sealift::objset {

/// What every edit of an object set needs. All must outlive the trees made with it.
struct EditContext {
  const vault::BlockReader& reader;
  vault::Appender& appender;
  Ledger& ledger;
};

/// Edits the block tree below the pointers of one dnode (or of the meta-dnode), copy on write.
///
/// 1. Only the nodes on the path to the last block touched are in memory; edits in block order
///    read and write each node once.
/// 2. Turning data into a hole, or a hole of birth 0 into one whose birth is known, stamps it
///    with the ledger's birth. A node made below a hole inherits its birth, as OpenZFS does
///    (module/zfs/dbuf.c): the holes around new data keep their age.
/// 3. A node that became all one hole is a hole in its parent.
/// 4. Nothing is visible to others until close() wrote the path into the dnode's pointers.
class BlockTree {
 public:
  /// What a level-0 block of the tree is: data, or a block of dnodes with trees of their own,
  /// which `retire_leaf` gives up when the block goes.
  using RetireLeaf = std::function<void(const Entry&)>;

  BlockTree(const EditContext& context, Geometry& geometry, std::vector<Entry>& pointers,
            RetireLeaf retire_leaf);
  BlockTree(const EditContext& context, Geometry& geometry, std::vector<Entry>& pointers)
      : BlockTree(context, geometry, pointers, {}) {}
  /// Says that the tree is one of an encrypted dataset, of an object of this type: entries above
  /// level 0 then keep the MACs of their indirect blocks. Those of nodes that were written before
  /// anybody kept them stay unknown.
  void keep_macs_of(std::uint32_t object_type) { sealed_type_ = object_type; }
  /// Says that the tree is made here, and is not what a stream tells: a node of nothing but holes,
  /// whatever their births, becomes a hole that is born now, as in OpenZFS (module/zfs/dbuf.c,
  /// dbuf_write_children_ready). What a receiver makes of the stream has the same MACs then.
  void join_holes() { joins_holes_ = true; }
  /// Waits until no worker of the appender writes into the tree any more.
  ~BlockTree();
  BlockTree(const BlockTree&) = delete;
  BlockTree& operator=(const BlockTree&) = delete;

  /// Frees [first, end) of level-0 blocks; UINT64_MAX as `end` is the end of the object.
  void free(std::uint64_t first, std::uint64_t end) { free_roots({first, end, FreeMode::kStamp}); }
  /// Frees all from `first` on, but leaves holes whose birth is known as they are: what a FREE
  /// to the end after an OBJECT means.
  void truncate(std::uint64_t first) { free_roots({first, UINT64_MAX, FreeMode::kOnlyData}); }
  /// Gives all blocks up and leaves holes of birth 0: the object is another one now.
  void clear();
  /// The same where blocks were; holes stay as they are.
  void clear_data();
  /// Marks [first, end) as redacted.
  void redact(std::uint64_t first, std::uint64_t end) {
    free_roots({first, end, FreeMode::kRedact});
  }
  /// Raises the number of levels; the pointers move down into new nodes.
  void grow(std::uint8_t levels);

  /// The entry of level-0 `block`, for reading. A hole where no node reaches.
  Entry get(std::uint64_t block);
  /// The same, but leaves the path in memory as it is: for blocks far from the last one touched.
  Entry peek(std::uint64_t block);
  /// The place of level-0 `block`, for a new entry; what was there is retired. Valid until the
  /// next call. Throws Error(kDamaged) if the tree cannot hold the block.
  Entry& slot(std::uint64_t block);
  /// As slot(), and what was there stays: for an entry whose block is kept.
  Entry& peek_slot(std::uint64_t block);
  /// Notes that the slot just returned waits for `batch` of the appender.
  void awaits(std::uint64_t batch);

  /// Writes the path. Call before the pointers are used, and before the tree goes.
  void close();

 private:
  enum class FreeMode : std::uint8_t { kStamp, kOnlyData, kRedact };
  struct Range {
    std::uint64_t first;
    std::uint64_t end;
    FreeMode mode;
  };
  struct Node {
    std::uint64_t index = 0;
    std::vector<Entry> entries;
    bool dirty = false;
  };

  Entry& pointer_at(unsigned level, std::uint64_t index);
  bool is_loaded(unsigned level, std::uint64_t index) const;
  void touch_parent(unsigned level, std::uint64_t index);
  Node& load(unsigned level, std::uint64_t index);
  void flush(unsigned level);
  void flush_up_to(unsigned level);
  void free_roots(const Range& range);
  void free_pointer(unsigned level, std::uint64_t index, const Range& range);
  void free_hole(unsigned level, std::uint64_t index, const Range& range);
  void descend(unsigned level, std::uint64_t index, const Range& range);
  void retire_subtree(const Entry& entry, unsigned level);
  Entry emptied(FreeMode mode) const;
  void write(unsigned level, const Node& node, Entry& pointer);
  void settle();
  unsigned top() const { return geometry_.levels - 1U; }

  EditContext context_;
  Geometry& geometry_;
  std::vector<Entry>& pointers_;
  RetireLeaf retire_leaf_;
  std::optional<std::uint32_t> sealed_type_;
  bool joins_holes_ = false;
  std::vector<std::unique_ptr<Node>> path_;  ///< by level, from 1
  std::uint64_t awaited_batch_ = 0;
};

}  // namespace sealift::objset
