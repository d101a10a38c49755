// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/dead_bytes.h"
#include "catalog/records.h"
#include "vault/tree.h"

namespace sealift::catalog {

/// Whose properties: a dataset's (birth 0) or a snapshot's.
using PropertyOwner = SnapshotId;

/// A snapshot on its way in. The catalog fills in id, createtxg, written and unique bytes.
struct NewSnapshot {
  SnapshotRecord record;  ///< its id.birth is what the blocks were stamped with
  DeadBytes dead;         ///< blocks of the head before that it no longer reaches
};

/// New contents of a dataset.
struct NewHead {
  DatasetId dataset;
  Head head;
  DeadBytes dead;  ///< blocks of the head before that it no longer reaches
};

/// An object set that nothing names any more; null where there is nothing to give back. Its blocks
/// with a birth above `after`, which none of `successors` reaches at the same place, are to be
/// given back.
struct Orphan {
  BlockPointer objset;
  Birth after;  ///< birth of the snapshot before, to which older blocks belong
  std::vector<BlockPointer> successors;

  bool is_empty() const { return objset.is_null(); }
};

/// What is stored in a vault, by name: datasets, snapshots, bookmarks, holds, properties, sealed
/// keys, and the accounting of who uses how much. A view of one committed state, plus edits which
/// stay in memory until `flush`; each edit keeps the records and indexes it touches in step.
///
/// Queries throw Error(kDamaged) where the tree contradicts itself. Edits are low-level: they do
/// not ask whether an operation is allowed (holds, clones, lineage); operations.h does.
/// Every edit costs O(depth of the dataset * log of everything), whatever the vault holds.
/// One thread at a time.
class Catalog {
 public:
  /// A null `root` is the empty catalog. `reader` must outlive this.
  Catalog(const vault::BlockReader& reader, const BlockPointer& root)
      : reader_(&reader), tree_(reader, root) {}

  // -- Datasets ------------------------------------------------------------------------------

  /// True before catalog::initialize().
  bool is_empty() const;
  DatasetRecord root() const;
  /// By full name: "dr/enc".
  std::optional<DatasetRecord> find(std::string_view full_name) const;
  /// The same; throws Error(kState) "cannot open 'dr/x': dataset does not exist".
  DatasetRecord get(std::string_view full_name) const;
  /// By id; throws Error(kDamaged) if there is none.
  DatasetRecord dataset(DatasetId id) const;
  std::optional<DatasetRecord> find(DatasetId id) const;
  std::string full_name(DatasetId id) const;
  std::string full_name(SnapshotId id) const;
  /// In the order of their names.
  std::vector<DatasetRecord> children(DatasetId parent) const;
  bool has_children(DatasetId parent) const;
  std::optional<DatasetRecord> child(DatasetId parent, std::string_view name) const;
  /// True if `id` is `ancestor` or below it.
  bool is_within(DatasetId id, DatasetId ancestor) const;

  /// Adds a dataset below `fresh.parent` (0: the root dataset); assigns id and, for a clone, head
  /// and next_birth from the origin. Returns it as stored.
  DatasetRecord add_dataset(DatasetRecord fresh);
  /// Stores changed fields; id, parent, name, origin and accounting must be as they were.
  void update(const DatasetRecord& dataset);
  /// Moves and renames; `used` moves from the old ancestors to the new ones.
  void move_dataset(DatasetId id, DatasetId new_parent, std::string_view new_name);
  /// Removes a dataset without snapshots and children, with its properties, bookmarks and
  /// wrappings. The orphan is its head.
  Orphan remove_dataset(DatasetId id);

  // -- Snapshots -----------------------------------------------------------------------------

  using VisitSnapshot = std::function<bool(const SnapshotRecord&)>;
  /// Oldest first, until `visit` returns false.
  void each_snapshot(DatasetId dataset, const VisitSnapshot& visit) const;
  std::vector<SnapshotRecord> snapshots(DatasetId dataset) const;
  SnapshotRecord snapshot(SnapshotId id) const;
  std::optional<SnapshotRecord> find_snapshot(DatasetId dataset, std::string_view name) const;
  std::optional<SnapshotRecord> find_snapshot(SnapshotId id) const;
  std::optional<SnapshotRecord> find_snapshot_by_guid(DatasetId dataset, std::uint64_t guid) const;
  /// Everywhere in the vault; several only if one stream was received more than once.
  std::vector<SnapshotId> snapshots_by_guid(std::uint64_t guid) const;
  std::optional<SnapshotRecord> newest_snapshot(DatasetId dataset) const;
  std::optional<SnapshotRecord> previous(SnapshotId id) const;
  std::optional<SnapshotRecord> next(SnapshotId id) const;
  std::vector<DatasetId> clones(SnapshotId id) const;
  DeadBytes dead_bytes(SnapshotId id) const;
  /// True if the head is not what the newest snapshot (or the origin, or nothing) holds.
  bool is_head_modified(const DatasetRecord& dataset) const;

  /// What streams of the head's contents tell of them (SnapshotFlags).
  std::uint32_t head_flags(const DatasetRecord& dataset) const;

  /// Makes `fresh` the newest snapshot and the head. The head must not be modified, and
  /// `fresh.record.id.birth` at least the dataset's next_birth. Returns it as stored.
  SnapshotRecord add_snapshot(NewSnapshot fresh, Txg created);
  /// Names the head as it is, modified or not, as the newest snapshot. The birth is the dataset's
  /// next_birth. Returns it as stored.
  SnapshotRecord add_snapshot_of_head(SnapshotRecord fresh, Txg created);
  /// Gives a dataset another head, which no snapshot names yet. `fresh.head.birth`, what its new
  /// blocks were stamped with, is at least the dataset's next_birth. The orphan is what the head
  /// before had and no snapshot.
  Orphan replace_head(const NewHead& fresh);
  /// Removes a snapshot with its holds and properties. The orphan is what only it reached.
  Orphan remove_snapshot(SnapshotId id);
  void rename_snapshot(SnapshotId id, std::string_view new_name);
  /// Stores changed fields; id, name, guid and accounting must be as they were.
  void update(const SnapshotRecord& snapshot);
  /// Makes the head what the newest snapshot (or the origin, or nothing) holds. The orphan is what
  /// the head was; its objset is null if the head was not modified.
  Orphan reset_head(DatasetId dataset);
  /// Exchanges the parts of a clone and the dataset that its origin is in: the snapshots up to the
  /// origin become the clone's, and the other one its clone. No names may clash.
  void promote(DatasetId clone);

  // -- What hangs on them --------------------------------------------------------------------

  std::vector<BookmarkRecord> bookmarks(DatasetId dataset) const;
  std::optional<BookmarkRecord> find_bookmark(DatasetId dataset, std::string_view name) const;
  void put_bookmark(DatasetId dataset, const BookmarkRecord& bookmark);
  bool remove_bookmark(DatasetId dataset, std::string_view name);

  std::vector<HoldRecord> holds(SnapshotId id) const;
  /// False if the tag is there already.
  bool add_hold(SnapshotId id, const HoldRecord& hold);
  bool remove_hold(SnapshotId id, std::string_view tag);

  std::optional<PartialReceive> partial(DatasetId dataset) const;
  /// Replaces the one that is there. Its used_bytes count as used by the dataset's children.
  void put_partial(DatasetId dataset, const PartialReceive& partial);
  /// The orphan is what arrived, unless it went into a snapshot: then ignore it.
  Orphan remove_partial(DatasetId dataset);

  std::vector<Wrapping> wrappings(DatasetId dataset) const;
  std::optional<Wrapping> wrapping(DatasetId dataset, WrappingId id) const;
  /// Journals it; one that is there already stays as it is. Returns its id.
  WrappingId add_wrapping(DatasetId dataset, const Wrapping& wrapping);
  /// Must not be the one in force.
  void remove_wrapping(DatasetId dataset, WrappingId id);

  /// Every dataset whose wrapping key is that of encryption root `root`, itself included.
  std::vector<DatasetId> encryption_heirs(DatasetId root) const;

  using NamedProperty = std::pair<std::string, PropertyRecord>;
  std::vector<NamedProperty> properties(PropertyOwner owner) const;
  std::optional<PropertyRecord> property(PropertyOwner owner, std::string_view name) const;
  /// Removes it where neither a value nor a mask is left.
  void put_property(PropertyOwner owner, std::string_view name, const PropertyRecord& property);

  // -- Commit --------------------------------------------------------------------------------

  bool is_dirty() const { return tree_.is_dirty(); }
  BlockPointer flush(vault::Appender& appender) { return tree_.flush(appender); }
  std::vector<BlockPointer> take_replaced() { return tree_.take_replaced(); }

 private:
  CatalogHeader header() const;
  void store(const DatasetRecord& dataset);
  void store(const SnapshotRecord& snapshot);
  /// Keeps the index of heirs in step with a dataset's key record.
  void index_key(DatasetId id, const std::optional<KeyRecord>& before,
                 const std::optional<KeyRecord>& after);
  void erase_all(std::string_view prefix);
  /// Adds `bytes` to what `from` and its ancestors' children use.
  void charge(DatasetId from, std::int64_t bytes);
  /// The snapshot before `birth`, be it the origin.
  std::optional<SnapshotRecord> before(const DatasetRecord& dataset, Birth birth) const;
  static Orphan make_orphan(const BlockPointer& objset, const std::optional<SnapshotRecord>& base);
  void put_dead_bytes(SnapshotId id, const DeadBytes& dead);
  void insert(DatasetRecord& owner, SnapshotRecord& fresh, const DeadBytes& dead);
  std::uint64_t close_gap(const DatasetRecord& owner, const SnapshotRecord& victim);
  std::vector<DeadBytes> dead_bytes_of_line(DatasetId owner) const;
  void divide_used(DatasetRecord& owner) const;
  void move_records(std::string_view from, std::string_view to);
  void hand_over(const SnapshotRecord& moved, DatasetId to);
  void close_line(DatasetId id, Birth birth);

  const vault::BlockReader* reader_;
  vault::Tree tree_;
};

}  // namespace sealift::catalog
