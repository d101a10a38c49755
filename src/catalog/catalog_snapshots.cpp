// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/record_codec.h"
#include "catalog/stream_facts.h"
#include "objset/object_set.h"

// Snapshots, the head, and the bytes they use. dead_bytes.h has the arithmetic.

namespace sealift::catalog {
namespace {

/// Births of one record of dead bytes: a part stays below 42 KiB, far from the limit of a value.
constexpr std::size_t kBirthsPerPart = 2048;

SnapshotRecord decode(std::string_view key, std::string_view value) {
  SnapshotRecord record = decode_snapshot(value);
  record.id = {DatasetId{keys::number_at(key, 1)}, Birth{keys::number_at(key, 9)}};
  return record;
}

/// What a snapshot or head adds to the one before it.
std::uint64_t written(std::uint64_t referenced, std::uint64_t referenced_before,
                      const DeadBytes& dead) {
  const std::uint64_t surviving = referenced_before - total(dead);
  if (total(dead) > referenced_before || surviving > referenced) {
    fail(ErrorKind::kBug, "{} bytes cannot follow {} of which {} died", referenced,
         referenced_before, total(dead));
  }
  return referenced - surviving;
}

}  // namespace

void Catalog::each_snapshot(DatasetId dataset, const VisitSnapshot& visit) const {
  tree_.scan(keys::snapshots(dataset), [&](std::string_view key, std::string_view value) {
    return visit(decode(key, value));
  });
}

std::vector<SnapshotRecord> Catalog::snapshots(DatasetId dataset) const {
  std::vector<SnapshotRecord> found;
  each_snapshot(dataset, [&](const SnapshotRecord& record) {
    found.push_back(record);
    return true;
  });
  return found;
}

std::optional<SnapshotRecord> Catalog::find_snapshot(SnapshotId id) const {
  const std::string key = keys::snapshot(id);
  const auto value = tree_.get(key);
  if (!value) return std::nullopt;
  return decode(key, *value);
}

SnapshotRecord Catalog::snapshot(SnapshotId id) const {
  auto record = find_snapshot(id);
  if (!record) {
    fail(ErrorKind::kDamaged, "the catalog has no snapshot {} of dataset number {}", id.birth.value,
         id.dataset.value);
  }
  return *std::move(record);
}

std::optional<SnapshotRecord> Catalog::find_snapshot(DatasetId dataset,
                                                     std::string_view name) const {
  const auto birth = tree_.get(keys::snapshot_name(dataset, name));
  if (!birth) return std::nullopt;
  return snapshot({dataset, Birth{keys::number_at(*birth, 0)}});
}

std::vector<SnapshotId> Catalog::snapshots_by_guid(std::uint64_t guid) const {
  std::vector<SnapshotId> found;
  tree_.scan(keys::guids(guid), [&](std::string_view key, std::string_view) {
    found.push_back({DatasetId{keys::number_at(key, 9)}, Birth{keys::number_at(key, 17)}});
    return true;
  });
  return found;
}

std::optional<SnapshotRecord> Catalog::find_snapshot_by_guid(DatasetId dataset,
                                                             std::uint64_t guid) const {
  for (const SnapshotId id : snapshots_by_guid(guid)) {
    if (id.dataset == dataset) return snapshot(id);
  }
  return std::nullopt;
}

std::optional<SnapshotRecord> Catalog::newest_snapshot(DatasetId dataset) const {
  return previous({dataset, keys::kHeadBirth});
}

std::optional<SnapshotRecord> Catalog::previous(SnapshotId id) const {
  if (!id.birth) return std::nullopt;
  const SnapshotId before{id.dataset, Birth{id.birth.value - 1}};
  const auto found = tree_.last(keys::snapshots(id.dataset), keys::snapshot(before));
  if (!found) return std::nullopt;
  return decode(found->first, found->second);
}

std::optional<SnapshotRecord> Catalog::next(SnapshotId id) const {
  const SnapshotId after{id.dataset, Birth{id.birth.value + 1}};
  std::optional<SnapshotRecord> found;
  tree_.scan(keys::snapshots(id.dataset), keys::snapshot(after),
             [&](std::string_view key, std::string_view value) {
               found = decode(key, value);
               return false;
             });
  return found;
}

std::vector<DatasetId> Catalog::clones(SnapshotId id) const {
  std::vector<DatasetId> found;
  tree_.scan(keys::clones(id), [&](std::string_view key, std::string_view) {
    found.push_back(DatasetId{keys::number_at(key, 17)});
    return true;
  });
  return found;
}

DeadBytes Catalog::dead_bytes(SnapshotId id) const {
  DeadBytes dead;
  tree_.scan(keys::dead_bytes(id), [&](std::string_view, std::string_view value) {
    dead.merge(decode_dead_bytes(value));
    return true;
  });
  return dead;
}

void Catalog::put_dead_bytes(SnapshotId id, const DeadBytes& dead) {
  erase_all(keys::dead_bytes(id));
  DeadBytes part;
  for (auto at = dead.begin(); at != dead.end();) {
    part.insert(*at++);
    if (part.size() < kBirthsPerPart && at != dead.end()) continue;
    tree_.put(keys::dead_bytes_part(id, part.begin()->first), encode(part));
    part.clear();
  }
}

std::optional<SnapshotRecord> Catalog::before(const DatasetRecord& dataset, Birth birth) const {
  auto found = previous({dataset.id, birth});
  if (!found && dataset.origin) found = snapshot(dataset.origin);
  return found;
}

bool Catalog::is_head_modified(const DatasetRecord& dataset) const {
  const auto base = before(dataset, keys::kHeadBirth);
  return !dataset.head.objset.same_place(base ? base->objset : BlockPointer{});
}

std::uint32_t Catalog::head_flags(const DatasetRecord& dataset) const {
  return snapshot_flags(objset::read_object_set(*reader_, dataset.head.objset).begin);
}

void Catalog::store(const SnapshotRecord& snapshot) {
  tree_.put(keys::snapshot(snapshot.id), encode(snapshot));
}

void Catalog::update(const SnapshotRecord& changed) {
  const SnapshotRecord as_stored = snapshot(changed.id);
  SEALIFT_ASSERT(changed.name == as_stored.name && changed.guid == as_stored.guid &&
                 changed.unique_bytes == as_stored.unique_bytes &&
                 changed.hold_count == as_stored.hold_count &&
                 changed.clone_count == as_stored.clone_count);
  store(changed);
}

/// What `objset` leaves behind where `base` stays. Two names of one object set share its root too,
/// whatever their births.
Orphan Catalog::make_orphan(const BlockPointer& objset, const std::optional<SnapshotRecord>& base) {
  if (!base) return {objset, Birth{}, {}};
  if (base->objset.same_place(objset)) return {};
  return {objset, base->id.birth, {}};
}

/// Makes `fresh` the newest snapshot and the head.
void Catalog::insert(DatasetRecord& owner, SnapshotRecord& fresh, const DeadBytes& dead) {
  SEALIFT_ASSERT(fresh.id.birth >= owner.next_birth);
  SEALIFT_ASSERT(!tree_.contains(keys::snapshot_name(owner.id, fresh.name)));
  fresh.unique_bytes = 0;  // the head reaches all of it
  fresh.hold_count = 0;
  fresh.clone_count = 0;
  if (auto last = newest_snapshot(owner.id)) {
    const auto base = before(owner, last->id.birth);
    last->unique_bytes = total_after(dead, base ? base->id.birth : Birth{});
    store(*last);
  }
  owner.head = {fresh.objset, fresh.id.birth, fresh.referenced_bytes, fresh.logical_bytes};
  owner.next_birth.value = fresh.id.birth.value + 1;
  owner.is_incomplete = false;
  ++owner.snapshot_count;
  store(owner);
  store(fresh);
  tree_.put(keys::snapshot_name(owner.id, fresh.name), keys::number(fresh.id.birth.value));
  tree_.put(keys::guid(fresh.guid, fresh.id), "");
  put_dead_bytes(fresh.id, dead);
}

SnapshotRecord Catalog::add_snapshot(NewSnapshot fresh, Txg created) {
  SnapshotRecord& added = fresh.record;
  DatasetRecord owner = dataset(added.id.dataset);
  SEALIFT_ASSERT(!is_head_modified(owner));
  added.createtxg = created;
  added.written_bytes = written(added.referenced_bytes, owner.head.referenced_bytes, fresh.dead);
  const std::uint64_t kept_by_snapshots = total_after(fresh.dead, owner.origin.birth);
  owner.used_by_dataset_bytes += added.written_bytes - kept_by_snapshots;
  owner.used_by_snapshots_bytes += kept_by_snapshots;
  insert(owner, added, fresh.dead);
  charge(owner.parent, static_cast<std::int64_t>(added.written_bytes));
  return added;
}

Orphan Catalog::replace_head(const NewHead& fresh) {
  DatasetRecord owner = dataset(fresh.dataset);
  SEALIFT_ASSERT(fresh.head.birth >= owner.next_birth);
  const SnapshotId head{owner.id, keys::kHeadBirth};
  const auto base = before(owner, keys::kHeadBirth);
  const std::uint64_t base_bytes = base ? base->referenced_bytes : 0;
  Orphan orphan;
  if (is_head_modified(owner)) orphan = make_orphan(owner.head.objset, base);
  if (!orphan.is_empty()) orphan.successors.push_back(fresh.head.objset);

  // What died of the snapshot before; what was the head's alone is the orphan's.
  const DeadBytes dead_before = dead_bytes(head);
  DeadBytes dead = dead_before;
  for (const auto& [birth, bytes] : fresh.dead)
    if (base && birth <= base->id.birth) dead[birth] += bytes;
  const std::uint64_t kept_by_snapshots =
      total_after(dead, owner.origin.birth) - total_after(dead_before, owner.origin.birth);
  const std::uint64_t more = written(fresh.head.referenced_bytes, base_bytes, dead) -
                             written(owner.head.referenced_bytes, base_bytes, dead_before);
  owner.used_by_dataset_bytes += more - kept_by_snapshots;
  owner.used_by_snapshots_bytes += kept_by_snapshots;
  if (base && base->id.dataset == owner.id) {
    const auto before_base = before(owner, base->id.birth);
    SnapshotRecord changed = *base;
    changed.unique_bytes = total_after(dead, before_base ? before_base->id.birth : Birth{});
    store(changed);
  }
  owner.head = fresh.head;
  owner.next_birth.value = fresh.head.birth.value + 1;
  store(owner);
  put_dead_bytes(head, dead);
  charge(owner.parent, static_cast<std::int64_t>(more));
  return orphan;
}

SnapshotRecord Catalog::add_snapshot_of_head(SnapshotRecord fresh, Txg created) {
  DatasetRecord owner = dataset(fresh.id.dataset);
  const SnapshotId head{owner.id, keys::kHeadBirth};
  const auto base = before(owner, keys::kHeadBirth);
  const DeadBytes dead = dead_bytes(head);
  fresh.id.birth = owner.next_birth;
  fresh.createtxg = created;
  fresh.objset = owner.head.objset;
  fresh.referenced_bytes = owner.head.referenced_bytes;
  fresh.logical_bytes = owner.head.logical_bytes;
  fresh.written_bytes = written(fresh.referenced_bytes, base ? base->referenced_bytes : 0, dead);
  erase_all(keys::dead_bytes(head));
  insert(owner, fresh, dead);
  return fresh;
}

/// Closes the gap that `victim` leaves: its dead bytes go to its successor, and the neighbours'
/// sums follow. Returns the bytes that only `victim` reached.
std::uint64_t Catalog::close_gap(const DatasetRecord& owner, const SnapshotRecord& victim) {
  const auto base = before(owner, victim.id.birth);
  const Birth after = base ? base->id.birth : Birth{};
  auto successor = next(victim.id);
  const SnapshotId successor_id =
      successor ? successor->id : SnapshotId{owner.id, keys::kHeadBirth};
  const DeadBytes dead = dead_bytes(successor_id);
  const DeadBytes merged = merge(dead_bytes(victim.id), dead, after);
  put_dead_bytes(successor_id, merged);
  erase_all(keys::dead_bytes(victim.id));

  if (base && base->id.dataset == owner.id) {
    const auto before_base = before(owner, base->id.birth);
    SnapshotRecord changed = *base;
    changed.unique_bytes = total_after(merged, before_base ? before_base->id.birth : Birth{});
    store(changed);
  }
  if (successor) {
    const auto later = next(successor->id);
    const SnapshotId later_id = later ? later->id : SnapshotId{owner.id, keys::kHeadBirth};
    successor->written_bytes =
        written(successor->referenced_bytes, base ? base->referenced_bytes : 0, merged);
    successor->unique_bytes = total_after(dead_bytes(later_id), after);
    store(*successor);
  }
  return total_after(dead, after);
}

Orphan Catalog::remove_snapshot(SnapshotId id) {
  const SnapshotRecord victim = snapshot(id);
  SEALIFT_ASSERT(victim.clone_count == 0);
  DatasetRecord owner = dataset(id.dataset);
  const auto base = before(owner, id.birth);
  const auto successor = next(id);
  Orphan orphan = make_orphan(victim.objset, base);
  orphan.successors.push_back(successor ? successor->objset : owner.head.objset);
  if (orphan.successors.front().same_place(victim.objset)) orphan = {};

  const std::uint64_t freed = close_gap(owner, victim);
  owner.used_by_snapshots_bytes -= freed;
  --owner.snapshot_count;
  store(owner);
  erase_all(keys::holds(id));
  erase_all(keys::properties(id));
  tree_.erase(keys::snapshot_name(id.dataset, victim.name));
  tree_.erase(keys::guid(victim.guid, id));
  tree_.erase(keys::snapshot(id));
  charge(owner.parent, -static_cast<std::int64_t>(freed));
  return orphan;
}

void Catalog::rename_snapshot(SnapshotId id, std::string_view new_name) {
  SnapshotRecord renamed = snapshot(id);
  const std::string key = keys::snapshot_name(id.dataset, new_name);
  SEALIFT_ASSERT(!tree_.contains(key));
  tree_.erase(keys::snapshot_name(id.dataset, renamed.name));
  tree_.put(key, keys::number(id.birth.value));
  renamed.name = new_name;
  store(renamed);
}

Orphan Catalog::reset_head(DatasetId id) {
  DatasetRecord owner = dataset(id);
  if (!is_head_modified(owner)) return {};
  const auto base = before(owner, keys::kHeadBirth);
  const SnapshotId head{id, keys::kHeadBirth};
  const DeadBytes dead = dead_bytes(head);
  const std::uint64_t freed =
      written(owner.head.referenced_bytes, base ? base->referenced_bytes : 0, dead);
  const Orphan orphan = make_orphan(owner.head.objset, base);

  const std::uint64_t back_to_head = total_after(dead, owner.origin.birth);
  owner.used_by_dataset_bytes += back_to_head - freed;
  owner.used_by_snapshots_bytes -= back_to_head;
  owner.head = {};
  if (base) {
    owner.head = {base->objset, base->id.birth, base->referenced_bytes, base->logical_bytes};
    if (base->id.dataset == id) {  // its blocks are all the head's again
      SnapshotRecord newest = *base;
      newest.unique_bytes = 0;
      store(newest);
    }
  }
  store(owner);
  erase_all(keys::dead_bytes(head));
  charge(owner.parent, -static_cast<std::int64_t>(freed));
  return orphan;
}

}  // namespace sealift::catalog
