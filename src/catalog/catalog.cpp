// SPDX-License-Identifier: Apache-2.0
#include "catalog/catalog.h"

#include "base/error.h"
#include "catalog/keys.h"
#include "catalog/name.h"
#include "catalog/record_codec.h"

namespace sealift::catalog {

// Datasets. Snapshots are in catalog_snapshots.cpp, the rest in catalog_attached.cpp.

CatalogHeader Catalog::header() const {
  const auto bytes = tree_.get(keys::kHeader);
  return bytes ? decode_header(*bytes) : CatalogHeader{};
}

bool Catalog::is_empty() const {
  return !header().root;
}

DatasetRecord Catalog::root() const {
  return dataset(header().root);
}

std::optional<DatasetRecord> Catalog::find(DatasetId id) const {
  const auto bytes = tree_.get(keys::dataset(id));
  if (!bytes) return std::nullopt;
  DatasetRecord record = decode_dataset(*bytes);
  record.id = id;
  return record;
}

DatasetRecord Catalog::dataset(DatasetId id) const {
  auto record = find(id);
  if (!record) fail(ErrorKind::kDamaged, "the catalog has no dataset number {}", id.value);
  return *std::move(record);
}

std::optional<DatasetRecord> Catalog::child(DatasetId parent, std::string_view name) const {
  const auto id = tree_.get(keys::child(parent, name));
  if (!id) return std::nullopt;
  return dataset(DatasetId{keys::number_at(*id, 0)});
}

std::optional<DatasetRecord> Catalog::find(std::string_view full_name) const {
  const auto parts = components(full_name);
  if (parts.size() > kMaxDepth) return std::nullopt;
  if (is_empty()) return std::nullopt;
  std::optional<DatasetRecord> at = root();
  if (at->name != parts.front()) return std::nullopt;
  for (std::size_t i = 1; i < parts.size() && at; ++i) {
    at = parts[i].empty() ? std::nullopt : child(at->id, parts[i]);
  }
  return at;
}

DatasetRecord Catalog::get(std::string_view full_name) const {
  auto record = find(full_name);
  if (!record) fail(ErrorKind::kState, "cannot open '{}': dataset does not exist", full_name);
  return *std::move(record);
}

std::string Catalog::full_name(DatasetId id) const {
  std::string name;
  for (std::size_t depth = 0; id; ++depth) {
    if (depth > kMaxDepth) fail(ErrorKind::kDamaged, "the catalog's datasets go round in a circle");
    const DatasetRecord at = dataset(id);
    name.insert(0, name.empty() ? at.name : at.name + '/');
    id = at.parent;
  }
  return name;
}

std::string Catalog::full_name(SnapshotId id) const {
  return full_name(id.dataset) + '@' + snapshot(id).name;
}

std::vector<DatasetRecord> Catalog::children(DatasetId parent) const {
  std::vector<DatasetRecord> found;
  tree_.scan(keys::children(parent), [&](std::string_view, std::string_view id) {
    found.push_back(dataset(DatasetId{keys::number_at(id, 0)}));
    return true;
  });
  return found;
}

bool Catalog::has_children(DatasetId parent) const {
  bool found = false;
  tree_.scan(keys::children(parent), [&](std::string_view, std::string_view) {
    found = true;
    return false;
  });
  return found;
}

bool Catalog::is_within(DatasetId id, DatasetId ancestor) const {
  for (std::size_t depth = 0; id && depth <= kMaxDepth; ++depth) {
    if (id == ancestor) return true;
    id = dataset(id).parent;
  }
  return false;
}

void Catalog::store(const DatasetRecord& dataset) {
  tree_.put(keys::dataset(dataset.id), encode(dataset));
}

void Catalog::charge(DatasetId from, std::int64_t bytes) {
  for (DatasetId id = from; id && bytes != 0;) {
    DatasetRecord at = dataset(id);
    at.used_by_children_bytes += static_cast<std::uint64_t>(bytes);
    store(at);
    id = at.parent;
  }
}

DatasetRecord Catalog::add_dataset(DatasetRecord fresh) {
  CatalogHeader head = header();
  fresh.id = head.next_dataset;
  ++head.next_dataset.value;
  SEALIFT_ASSERT(!fresh.parent == !head.root);
  if (!head.root) head.root = fresh.id;
  if (fresh.origin) {
    SnapshotRecord origin = snapshot(fresh.origin);
    fresh.head = {origin.objset, origin.id.birth, origin.referenced_bytes, origin.logical_bytes};
    fresh.next_birth.value = origin.id.birth.value + 1;
    ++origin.clone_count;
    store(origin);
    tree_.put(keys::clone(fresh.origin, fresh.id), "");
  }
  if (fresh.parent) {
    const std::string key = keys::child(fresh.parent, fresh.name);
    SEALIFT_ASSERT(!tree_.contains(key));
    tree_.put(key, keys::number(fresh.id.value));
  }
  tree_.put(keys::kHeader, encode(head));
  index_key(fresh.id, std::nullopt, fresh.key);
  store(fresh);
  return fresh;
}

void Catalog::update(const DatasetRecord& changed) {
  const DatasetRecord as_stored = dataset(changed.id);
  SEALIFT_ASSERT(changed.parent == as_stored.parent && changed.name == as_stored.name &&
                 changed.origin == as_stored.origin && changed.head == as_stored.head &&
                 changed.used_bytes() == as_stored.used_bytes() &&
                 changed.snapshot_count == as_stored.snapshot_count);
  index_key(changed.id, as_stored.key, changed.key);
  store(changed);
}

void Catalog::index_key(DatasetId id, const std::optional<KeyRecord>& before,
                        const std::optional<KeyRecord>& after) {
  if (before) tree_.erase(keys::heir(before->encryption_root, id));
  if (after) tree_.put(keys::heir(after->encryption_root, id), "");
}

void Catalog::move_dataset(DatasetId id, DatasetId new_parent, std::string_view new_name) {
  DatasetRecord moved = dataset(id);
  const std::string key = keys::child(new_parent, new_name);
  SEALIFT_ASSERT(moved.parent && !tree_.contains(key));
  tree_.erase(keys::child(moved.parent, moved.name));
  tree_.put(key, keys::number(id.value));
  const auto used = static_cast<std::int64_t>(moved.used_bytes());
  charge(moved.parent, -used);
  charge(new_parent, used);
  moved.parent = new_parent;
  moved.name = new_name;
  store(moved);
}

Orphan Catalog::remove_dataset(DatasetId id) {
  const DatasetRecord victim = dataset(id);
  SEALIFT_ASSERT(victim.parent && victim.snapshot_count == 0 && !has_children(id) && !partial(id));
  const Orphan orphan = make_orphan(victim.head.objset, before(victim, keys::kHeadBirth));
  if (victim.origin) {
    SnapshotRecord origin = snapshot(victim.origin);
    --origin.clone_count;
    store(origin);
    tree_.erase(keys::clone(victim.origin, id));
  }
  index_key(id, victim.key, std::nullopt);
  erase_all(keys::dead_bytes({id, keys::kHeadBirth}));
  erase_all(keys::bookmarks(id));
  erase_all(keys::wrappings(id));
  erase_all(keys::properties({id, Birth{}}));
  tree_.erase(keys::child(victim.parent, victim.name));
  tree_.erase(keys::dataset(id));
  charge(victim.parent, -static_cast<std::int64_t>(victim.used_bytes()));
  return orphan;
}

void Catalog::erase_all(std::string_view prefix) {
  std::vector<std::string> found;
  tree_.scan(prefix, [&](std::string_view key, std::string_view) {
    found.emplace_back(key);
    return true;
  });
  for (const std::string& key : found) tree_.erase(key);
}

}  // namespace sealift::catalog
