// SPDX-License-Identifier: Apache-2.0
#include "replicate/package_contents.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/name.h"

namespace sealift::replicate {

using catalog::DatasetRecord;
using catalog::SnapshotRecord;

bool PackageContents::is_wanted(const std::string& name) const {
  const std::string dataset = name.substr(0, name.find('@'));
  return std::none_of(request_.excluded.begin(), request_.excluded.end(),
                      [&](const std::string& each) { return catalog::is_within(dataset, each); });
}

PackagedDataset PackageContents::describe(const DatasetRecord& dataset) const {
  PackagedDataset packaged;
  packaged.dataset = dataset;
  packaged.name = catalog_.full_name(dataset.id);
  if (dataset.origin) packaged.origin = catalog_.snapshot(dataset.origin);
  check_sealed(packaged);
  return packaged;
}

/// The receiver could not ask for keys of its own for many datasets.
void PackageContents::check_sealed(const PackagedDataset& packaged) const {
  if (!packaged.dataset.key || request_.format.raw) return;
  Error error(ErrorKind::kState,
              fmt::format("cannot send {}: encrypted dataset {} may not be sent with properties "
                          "without the raw flag",
                          request_.snapshot, packaged.name));
  error.set_hint("add -w: sealed, as it is kept, it is sent without a key");
  throw error;
}

void PackageContents::add_snapshot(const SnapshotRecord& snapshot) {
  PackagedDataset packaged = describe(catalog_.dataset(snapshot.id.dataset));
  packaged.snapshots.push_back(snapshot);
  datasets_.push_back(std::move(packaged));
}

void PackageContents::add_dataset(const DatasetRecord& dataset) {
  add_tree(dataset, 0, std::nullopt);
}

void PackageContents::explain_missing(const DatasetRecord& dataset, const std::string& name,
                                      const Created& parent_to) {
  const std::string missing = fmt::format("snapshot {}@{} does not exist", name, range_.to);
  if (parent_to && dataset.createtxg > *parent_to) {
    notes_.push_back(
        fmt::format("skipping dataset {}: snapshot {} does not exist", name, range_.to));
  } else if (request_.skip_missing) {
    warnings_.push_back(fmt::format(
        "skipping dataset {} and its children: snapshot {} does not exist", name, range_.to));
  } else {
    Error error(ErrorKind::kState,
                fmt::format("cannot send {} recursively: {}", request_.snapshot, missing));
    error.set_hint("'-s' passes over such datasets");
    throw error;
  }
}

void PackageContents::list_snapshots(PackagedDataset& packaged, const SnapshotRecord& to) {
  catalog_.each_snapshot(packaged.dataset.id, [&](const SnapshotRecord& each) {
    if (each.id.birth > to.id.birth) {
      if (!request_.replicate) return false;
      notes_.push_back(
          fmt::format("skipping snapshot {}@{} because it was created after the destination "
                      "snapshot ({})",
                      packaged.name, each.name, range_.to));
      return true;
    }
    packaged.snapshots.push_back(each);
    return true;
  });
  if (request_.replicate || range_.from.empty()) return;
  // Without -R the list begins with the source, of which nothing more is told.
  auto& listed = packaged.snapshots;
  const auto from = std::find_if(listed.begin(), listed.end(), [&](const SnapshotRecord& each) {
    return each.name == range_.from;
  });
  if (from == listed.end()) return;
  listed.erase(listed.begin(), from);
  packaged.first_described = 1;
}

/// What the children's parent is found by: the source, or in a new dataset the snapshot sent.
std::uint64_t PackageContents::base_guid(const PackagedDataset& packaged) const {
  std::uint64_t guid = 0;
  for (const SnapshotRecord& each : packaged.snapshots)
    if ((!range_.from.empty() && each.name == range_.from) || (guid == 0 && each.name == range_.to))
      guid = each.guid;
  return guid;
}

void PackageContents::add_tree(const DatasetRecord& dataset, std::uint64_t parent_guid,
                               const Created& parent_to) {
  const std::string name = catalog_.full_name(dataset.id);
  if (!is_wanted(name)) return;
  const auto to = catalog_.find_snapshot(dataset.id, range_.to);
  if (!to) return explain_missing(dataset, name, parent_to);
  PackagedDataset packaged = describe(dataset);
  packaged.parent_guid = parent_guid;
  list_snapshots(packaged, *to);
  const std::uint64_t guid = base_guid(packaged);
  datasets_.push_back(std::move(packaged));
  if (!request_.replicate) return;
  // OpenZFS takes the order of its directory's hash; here it is the order of arrival, which for
  // datasets that came in one package is the same.
  std::vector<DatasetRecord> children = catalog_.children(dataset.id);
  std::sort(children.begin(), children.end(),
            [](const DatasetRecord& a, const DatasetRecord& b) { return a.id < b.id; });
  for (const DatasetRecord& child : children) add_tree(child, guid, to->createtxg);
}

}  // namespace sealift::replicate
