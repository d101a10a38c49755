// SPDX-License-Identifier: Apache-2.0
#include "replicate/source_tree.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/return_freed.h"
#include "replicate/received_properties.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::SnapshotRecord;

/// A snapshot of that guid at or below `top`.
std::optional<SnapshotRecord> find_snapshot(const Catalog& catalog, const std::string& top,
                                            std::uint64_t guid) {
  if (guid == 0) return std::nullopt;
  for (const catalog::SnapshotId id : catalog.snapshots_by_guid(guid))
    if (catalog::is_within(catalog.full_name(id.dataset), top)) return catalog.snapshot(id);
  return std::nullopt;
}

std::uint64_t origin_guid(const Catalog& catalog, const DatasetRecord& dataset) {
  return dataset.origin ? catalog.snapshot(dataset.origin).guid : 0;
}

/// An heir that leaves its encryption root becomes a root: its own wrapping opens with the same
/// key as before.
void stand_alone(Catalog& catalog, const std::string& name, const std::string& to) {
  DatasetRecord moved = catalog.get(name);
  if (!moved.key || moved.is_encryption_root()) return;
  const auto parent = catalog.find(catalog::parent_of(to));
  if (parent && parent->key && parent->key->encryption_root == moved.key->encryption_root) return;
  moved.key->encryption_root = moved.id;
  catalog.update(moved);
}

}  // namespace

std::vector<SourceTree::Local> SourceTree::find_local(const Catalog& catalog) const {
  std::vector<Local> found;
  const auto top = catalog.find(top_);
  if (!top) return found;
  for (const DatasetRecord& record : catalog::with_descendants(catalog, *top)) {
    Local local{record, catalog.full_name(record.id), catalog.snapshots(record.id), nullptr};
    for (const SnapshotRecord& snapshot : local.snapshots)
      if (local.there == nullptr) local.there = package_.find_by_snapshot(snapshot.guid);
    found.push_back(std::move(local));
  }
  return found;
}

std::optional<SourceTree::Step> SourceTree::unless_failed(Step step) const {
  if (failed_.count(step) != 0) return std::nullopt;
  return step;
}

/// Where the source has an older origin than we, the clone was promoted there.
std::optional<SourceTree::Step> SourceTree::promotion(const Catalog& catalog,
                                                      const Local& local) const {
  const std::uint64_t here = origin_guid(catalog, local.record);
  if (local.there == nullptr || here == 0 || here == local.there->origin_guid) return std::nullopt;
  const auto older = find_snapshot(catalog, top_, local.there->origin_guid);
  const SnapshotRecord origin = catalog.snapshot(local.record.origin);
  if (local.there->origin_guid != 0 && (!older || older->createtxg >= origin.createtxg))
    return std::nullopt;
  return unless_failed({Action::kPromote, local.name, {}});
}

std::optional<SourceTree::Step> SourceTree::snapshot_step(const Catalog& catalog,
                                                          const Local& local) const {
  if (local.there == nullptr) return std::nullopt;
  for (const SnapshotRecord& snapshot : local.snapshots) {
    const std::string name = local.name + '@' + snapshot.name;
    const ArrivingDataset* there = package_.find_by_snapshot(snapshot.guid);
    std::optional<Step> step;
    if (there == nullptr) {
      if (options_.destroys) step = unless_failed({Action::kDestroy, name, {}});
    } else if (const std::string& wanted = there->find(snapshot.guid)->name;
               wanted != snapshot.name && !catalog.find_snapshot(local.record.id, wanted)) {
      step = unless_failed({Action::kRename, name, local.name + '@' + wanted});
    }
    if (step) return step;
  }
  return std::nullopt;
}

/// What has neither children nor snapshots which others are cloned from can go.
std::optional<SourceTree::Step> SourceTree::destruction(const Catalog& catalog,
                                                        const Local& local) const {
  const bool is_gone = local.there == nullptr && !local.snapshots.empty();
  if (!options_.destroys || !is_gone || local.name == top_) return std::nullopt;
  if (catalog.has_children(local.record.id)) return std::nullopt;
  const bool is_origin =
      std::any_of(local.snapshots.begin(), local.snapshots.end(),
                  [](const SnapshotRecord& snapshot) { return snapshot.clone_count != 0; });
  if (is_origin) return std::nullopt;
  return unless_failed({Action::kDestroy, local.name, {}});
}

/// The name that the source's name comes to here; empty where the parent is not here (yet), or
/// the dataset lacks the snapshot that the package begins with.
std::string SourceTree::name_like_source(const Catalog& catalog, const Local& local) const {
  const bool has_from =
      std::any_of(local.snapshots.begin(), local.snapshots.end(), [&](const auto& snapshot) {
        const ArrivingSnapshot* there = local.there->find(snapshot.guid);
        return there != nullptr && there->name == package_.from();
      });
  const auto parent = find_snapshot(catalog, top_, local.there->parent_guid);
  if (!has_from || !parent) return {};
  return fmt::format("{}/{}", catalog.full_name(parent->id.dataset),
                     catalog::last_component(local.there->name));
}

std::optional<SourceTree::Step> SourceTree::renaming(const Catalog& catalog,
                                                     const Local& local) const {
  if (local.there == nullptr || local.name == top_) return std::nullopt;
  const std::string wanted = name_like_source(catalog, local);
  if (wanted.empty() || wanted == local.name) return std::nullopt;
  if (const auto taken = catalog.find(wanted)) {
    // Names that were exchanged: one steps aside first.
    const std::string aside = fmt::format("{}/recv-{}", top_, local.record.id.value);
    if (local.name == aside || taken->id == local.record.id) return std::nullopt;
    return unless_failed({Action::kRename, local.name, aside});
  }
  return unless_failed({Action::kRename, local.name, wanted});
}

std::optional<SourceTree::Step> SourceTree::next_step(const Catalog& catalog) const {
  using Find = std::optional<Step> (SourceTree::*)(const Catalog&, const Local&) const;
  const std::vector<Local> all = find_local(catalog);
  for (const Find find : {&SourceTree::promotion, &SourceTree::snapshot_step,
                          &SourceTree::destruction, &SourceTree::renaming})
    for (const Local& local : all)
      if (auto step = (this->*find)(catalog, local)) return step;
  return std::nullopt;
}

void SourceTree::take(catalog::Change& change, const Step& step) {
  switch (step.action) {
    case Action::kPromote:
      return catalog::promote(change, step.name);
    case Action::kDestroy:
      freed_bytes_ += catalog::destroy(change, step.name, {true, false, false}).reclaimed_bytes;
      return;
    case Action::kRename:
      if (step.name.find('@') == std::string::npos) stand_alone(change.catalog, step.name, step.to);
      catalog::rename(change, step.name, step.to, {});
  }
}

bool SourceTree::try_step(const Step& step) {
  switch (step.action) {
    case Action::kPromote:
      options_.note(fmt::format("promoting {}", step.name));
      break;
    case Action::kDestroy:
      options_.note(fmt::format("attempting destroy {}", step.name));
      break;
    case Action::kRename:
      options_.note(fmt::format("attempting rename {} to {}", step.name, step.to));
      break;
  }
  try {
    stage_.commit([&](catalog::Change& change, const ReleaseBlock&) { take(change, step); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kState) throw;
    options_.warn(error.what());
    return false;
  }
  options_.note("success");
  return true;
}

/// Snapshots change only in their properties; one that is not received again gets them here.
void SourceTree::refresh_properties() {
  const Catalog& catalog = stage_.catalog();
  std::vector<std::pair<catalog::SnapshotId, const ArrivingSnapshot*>> changed;
  for (const Local& local : find_local(catalog))
    for (const SnapshotRecord& snapshot : local.snapshots) {
      const ArrivingDataset* there = package_.find_by_snapshot(snapshot.guid);
      if (there == nullptr) continue;
      const ArrivingSnapshot* told = there->find(snapshot.guid);
      if (!has_received(catalog, snapshot.id, told->properties))
        changed.emplace_back(snapshot.id, told);
    }
  if (changed.empty()) return;
  stage_.commit([&](catalog::Change& change, const ReleaseBlock&) {
    for (const auto& [id, told] : changed)
      if (change.catalog.find_snapshot(id)) replace_received(change.catalog, id, told->properties);
  });
}

bool SourceTree::follow() {
  bool is_complete = true;
  refresh_properties();
  while (const auto step = next_step(stage_.catalog())) {
    if (try_step(*step)) continue;
    failed_.insert(*step);
    is_complete = false;
  }
  if (!stage_.is_rehearsal()) catalog::return_freed(stage_.vault(), std::exchange(freed_bytes_, 0));
  return is_complete;
}

}  // namespace sealift::replicate
