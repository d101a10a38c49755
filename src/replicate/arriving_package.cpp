// SPDX-License-Identifier: Apache-2.0
#include "replicate/arriving_package.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/name.h"

namespace sealift::replicate {
namespace {

using stream::Nvlist;

/// Longest text of a property that is kept; OpenZFS's own limit is 8 KiB.
constexpr std::size_t kMaxPropertyText = 32U << 10;

std::string text(const Nvlist& list, std::string_view name) {
  const std::string* found = list.get_string(name);
  if (found == nullptr) fail(ErrorKind::kDamaged, "the package's list lacks {}", name);
  return *found;
}

ReceivedProperties read_properties(const Nvlist& list) {
  ReceivedProperties properties;
  properties.reserve(list.size());
  for (const Nvlist::Pair& pair : list.pairs()) {
    const auto* string = std::get_if<std::string>(&pair.value);
    const bool is_number = pair.type == stream::DataType::kUint64;
    if (!is_number && string == nullptr)
      fail(ErrorKind::kDamaged, "property {} is neither number nor text", pair.name);
    if (pair.name.size() > catalog::kMaxNameBytes ||
        (string != nullptr && string->size() > kMaxPropertyText))
      fail(ErrorKind::kDamaged, "property {} is too long", pair.name.substr(0, 64));
    properties.emplace_back(pair.name,
                            is_number ? catalog::PropertyValue(std::get<std::uint64_t>(pair.value))
                                      : catalog::PropertyValue(*string));
  }
  return properties;
}

std::vector<std::string> read_holds(const Nvlist& list) {
  std::vector<std::string> tags;
  tags.reserve(list.size());
  for (const Nvlist::Pair& pair : list.pairs()) tags.push_back(pair.name);
  return tags;
}

/// The lists within a list, by name: a dataset may have a hundred thousand snapshots.
class ListsByName {
 public:
  explicit ListsByName(const Nvlist* all) {
    if (all == nullptr) return;
    sorted_.reserve(all->size());
    for (const Nvlist::Pair& pair : all->pairs())
      if (pair.type == stream::DataType::kNvlist) sorted_.push_back(&pair);
    std::sort(sorted_.begin(), sorted_.end(), [](const auto* a, const auto* b) {
      return a->name != b->name ? a->name < b->name : a < b;
    });
  }

  /// The first of that name, or null.
  const Nvlist* find(std::string_view name) const {
    const auto found = std::lower_bound(
        sorted_.begin(), sorted_.end(), name,
        [](const Nvlist::Pair* pair, std::string_view wanted) { return pair->name < wanted; });
    if (found == sorted_.end() || (*found)->name != name) return nullptr;
    return std::get<std::vector<Nvlist>>((*found)->value).data();
  }

 private:
  std::vector<const Nvlist::Pair*> sorted_;
};

/// What a dataset's entry tells of its snapshots besides their guids.
struct SnapshotLists {
  ListsByName properties;
  ListsByName holds;
};

ArrivingSnapshot read_snapshot(const SnapshotLists& lists, const Nvlist::Pair& pair) {
  const auto* guid = std::get_if<std::uint64_t>(&pair.value);
  if (guid == nullptr) fail(ErrorKind::kDamaged, "snapshot {} has no guid", pair.name);
  catalog::check_component(pair.name);
  ArrivingSnapshot snapshot;
  snapshot.name = pair.name;
  snapshot.guid = *guid;
  if (const Nvlist* own = lists.properties.find(pair.name))
    snapshot.properties = read_properties(*own);
  if (const Nvlist* own = lists.holds.find(pair.name)) snapshot.holds = read_holds(*own);
  return snapshot;
}

ArrivingDataset read_dataset(const Nvlist& list) {
  ArrivingDataset dataset;
  dataset.name = catalog::parse_dataset_name(text(list, "name"));
  dataset.parent_guid = list.get_u64("parentfromsnap").value_or(0);
  dataset.origin_guid = list.get_u64("origin").value_or(0);
  dataset.is_encryption_root = list.contains("is_encroot");
  if (const Nvlist* properties = list.get_nvlist("props"))
    dataset.properties = read_properties(*properties);
  if (const Nvlist* snapshots = list.get_nvlist("snaps")) {
    const SnapshotLists lists{ListsByName(list.get_nvlist("snapprops")),
                              ListsByName(list.get_nvlist("snapholds"))};
    dataset.snapshots.reserve(snapshots->size());
    for (const Nvlist::Pair& pair : snapshots->pairs())
      dataset.snapshots.push_back(read_snapshot(lists, pair));
  }
  return dataset;
}

}  // namespace

const ArrivingSnapshot* ArrivingDataset::find(std::uint64_t guid) const {
  const auto found = std::find_if(snapshots.begin(), snapshots.end(),
                                  [&](const ArrivingSnapshot& each) { return each.guid == guid; });
  return found == snapshots.end() ? nullptr : &*found;
}

ArrivingPackage::ArrivingPackage(const stream::Begin& begin, const Nvlist& list) {
  try {
    is_recursive_ = !list.contains("not_recursive");
    has_holds_ = begin.has(stream::feature::kHolds);
    if (const std::string* from = list.get_string("fromsnap")) from_ = *from;
    top_ = begin.to_name.substr(0, begin.to_name.find('@'));
    const Nvlist* all = list.get_nvlist("fss");
    if (all == nullptr) fail(ErrorKind::kDamaged, "no datasets");
    for (const Nvlist::Pair& pair : all->pairs()) {
      const auto* entry = std::get_if<std::vector<Nvlist>>(&pair.value);
      if (entry == nullptr || entry->size() != 1)
        fail(ErrorKind::kDamaged, "{} is no dataset", pair.name);
      datasets_.push_back(read_dataset(entry->front()));
      for (const ArrivingSnapshot& snapshot : datasets_.back().snapshots)
        by_snapshot_[snapshot.guid].push_back(datasets_.size() - 1);
    }
  } catch (Error& error) {
    throw Error(ErrorKind::kDamaged, fmt::format("the package's list: {}", error.what()));
  }
}

const ArrivingDataset* ArrivingPackage::find_by_snapshot(std::uint64_t guid) const {
  const auto found = by_snapshot_.find(guid);
  return found == by_snapshot_.end() ? nullptr : &datasets_[found->second.front()];
}

const ArrivingDataset* ArrivingPackage::find_by_snapshot(std::uint64_t guid,
                                                         std::string_view name) const {
  const auto found = by_snapshot_.find(guid);
  if (found == by_snapshot_.end()) return nullptr;
  for (const std::size_t i : found->second)
    if (datasets_[i].name == name) return &datasets_[i];
  return &datasets_[found->second.front()];
}

const ArrivingDataset* ArrivingPackage::find_by_name(std::string_view name) const {
  const auto found = std::find_if(datasets_.begin(), datasets_.end(),
                                  [&](const ArrivingDataset& each) { return each.name == name; });
  return found == datasets_.end() ? nullptr : &*found;
}

}  // namespace sealift::replicate
