// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"

// Promotion: the snapshots up to the origin change hands. Births are unique in a clone family, so
// their numbers stay, and with them all that is compared with births.

namespace sealift::catalog {
namespace {

/// Bytes of `referenced` that are older than `origin`: what `origin` referenced and nothing on the
/// way from it gave up.
std::uint64_t surviving(const SnapshotRecord& origin, const std::vector<DeadBytes>& on_the_way) {
  std::uint64_t bytes = origin.referenced_bytes;
  for (const DeadBytes& dead : on_the_way)
    bytes -= total(dead) - total_after(dead, origin.id.birth);
  return bytes;
}

}  // namespace

/// What `owner`'s snapshots and head gave up, in their order.
std::vector<DeadBytes> Catalog::dead_bytes_of_line(DatasetId owner) const {
  std::vector<DeadBytes> line;
  for (const SnapshotRecord& each : snapshots(owner)) line.push_back(dead_bytes(each.id));
  line.push_back(dead_bytes({owner, keys::kHeadBirth}));
  return line;
}

/// Divides what a dataset uses anew between its head and its snapshots.
void Catalog::divide_used(DatasetRecord& owner) const {
  const std::uint64_t used = owner.used_by_dataset_bytes + owner.used_by_snapshots_bytes;
  std::uint64_t older = 0;
  if (owner.origin) older = surviving(snapshot(owner.origin), dead_bytes_of_line(owner.id));
  owner.used_by_dataset_bytes = owner.head.referenced_bytes - older;
  owner.used_by_snapshots_bytes = used - owner.used_by_dataset_bytes;
}

void Catalog::move_records(std::string_view from, std::string_view to) {
  std::vector<std::pair<std::string, std::string>> found;
  tree_.scan(from, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key.substr(from.size()), value);
    return true;
  });
  for (const auto& [rest, value] : found) {
    tree_.erase(std::string(from) + rest);
    tree_.put(std::string(to) + rest, value);
  }
}

void Catalog::hand_over(const SnapshotRecord& moved, DatasetId to) {
  const SnapshotId before = moved.id;
  const SnapshotId after{to, before.birth};
  for (const DatasetId id : clones(before)) {
    DatasetRecord clone = dataset(id);
    clone.origin = after;
    store(clone);
  }
  move_records(keys::clones(before), keys::clones(after));
  move_records(keys::dead_bytes(before), keys::dead_bytes(after));
  move_records(keys::holds(before), keys::holds(after));
  move_records(keys::properties(before), keys::properties(after));
  tree_.erase(keys::snapshot(before));
  tree_.erase(keys::snapshot_name(before.dataset, moved.name));
  tree_.erase(keys::guid(moved.guid, before));
  SnapshotRecord record = moved;
  record.id = after;
  store(record);
  tree_.put(keys::snapshot_name(to, moved.name), keys::number(after.birth.value));
  tree_.put(keys::guid(moved.guid, after), "");
}

void Catalog::promote(DatasetId id) {
  const SnapshotId origin = dataset(id).origin;
  SEALIFT_ASSERT(origin);
  const DatasetRecord before = dataset(origin.dataset);
  std::uint64_t moved_bytes = 0;
  std::uint64_t moved_count = 0;
  for (const SnapshotRecord& each : snapshots(before.id)) {
    if (each.id.birth > origin.birth) break;
    moved_bytes += each.written_bytes;
    ++moved_count;
    hand_over(each, id);
  }
  if (auto partial = this->partial(before.id);
      partial && partial->base.dataset == before.id && partial->base.birth <= origin.birth) {
    partial->base.dataset = id;
    put_partial(before.id, *partial);
  }

  tree_.erase(keys::clone({id, origin.birth}, id));
  tree_.put(keys::clone({id, origin.birth}, before.id), "");
  if (before.origin) {
    tree_.erase(keys::clone(before.origin, before.id));
    tree_.put(keys::clone(before.origin, id), "");
  }
  DatasetRecord promoted = dataset(id);
  promoted.origin = before.origin;
  promoted.snapshot_count += moved_count;
  promoted.used_by_snapshots_bytes += moved_bytes;
  store(promoted);
  DatasetRecord demoted = dataset(before.id);
  demoted.origin = {id, origin.birth};
  demoted.snapshot_count -= moved_count;
  demoted.used_by_snapshots_bytes -= moved_bytes;
  store(demoted);
  divide_used(promoted);
  store(promoted);
  divide_used(demoted);
  store(demoted);
  close_line(id, origin.birth);
  charge(promoted.parent, static_cast<std::int64_t>(moved_bytes));
  charge(demoted.parent, -static_cast<std::int64_t>(moved_bytes));
}

/// The snapshot that was the origin has another successor now.
void Catalog::close_line(DatasetId id, Birth birth) {
  SnapshotRecord last = snapshot({id, birth});
  const auto successor = next(last.id);
  const auto base = this->before(dataset(id), birth);
  last.unique_bytes =
      total_after(dead_bytes(successor ? successor->id : SnapshotId{id, keys::kHeadBirth}),
                  base ? base->id.birth : Birth{});
  store(last);
}

}  // namespace sealift::catalog
