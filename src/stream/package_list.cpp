// SPDX-License-Identifier: Apache-2.0
#include "stream/package_list.h"

#include "base/error.h"

namespace sealift::stream {
namespace {

std::optional<std::string> name_in(const Nvlist& list, std::string_view key) {
  const std::string* found = list.get_string(key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace

PackageList::PackageList(const Nvlist& list)
    : from_(name_in(list, "fromsnap")), to_(name_in(list, "tosnap")) {
  const Nvlist* all = list.get_nvlist("fss");
  if (all == nullptr) fail(ErrorKind::kDamaged, "the package's list has no datasets");
  for (const Nvlist::Pair& pair : all->pairs()) {
    const auto* entry = std::get_if<std::vector<Nvlist>>(&pair.value);
    if (entry == nullptr || entry->size() != 1)
      fail(ErrorKind::kDamaged, "{} in the package's list is no dataset", pair.name);
    read_dataset(entry->front());
  }
}

void PackageList::read_dataset(const Nvlist& list) {
  const std::string* name = list.get_string("name");
  if (name == nullptr) fail(ErrorKind::kDamaged, "a dataset in the package's list has no name");
  const Nvlist* snapshots = list.get_nvlist("snaps");
  if (snapshots == nullptr) return;
  const std::uint64_t origin = list.get_u64("origin").value_or(0);
  for (const Nvlist::Pair& pair : snapshots->pairs()) {
    const auto* guid = std::get_if<std::uint64_t>(&pair.value);
    if (guid == nullptr)
      fail(ErrorKind::kDamaged, "{}@{} has no guid in the package's list", *name, pair.name);
    snapshots_[*guid].push_back({*name, pair.name, origin});
  }
}

std::vector<PackageList::Snapshot>* PackageList::find(std::uint64_t guid) {
  const auto found = snapshots_.find(guid);
  return found == snapshots_.end() ? nullptr : &found->second;
}

PackageList::Snapshot& PackageList::find(const Begin& begin) {
  std::vector<Snapshot>* all = find(begin.to_guid);
  if (all == nullptr)
    fail(ErrorKind::kDamaged, "{} (guid {:x}) is not in the package's list", begin.to_name,
         begin.to_guid);
  for (Snapshot& each : *all)
    if (each.full_name() == begin.to_name) return each;
  return all->front();
}

/// An incremental package leaves out what its receiver is said to have: the snapshot that it is
/// from, in each dataset, and the origins of clones, which may be older.
void PackageList::check_source(const Begin& begin, const Snapshot& to) {
  const std::vector<Snapshot>* all = begin.from_guid == 0 ? nullptr : find(begin.from_guid);
  if (all == nullptr) return;
  for (const Snapshot& each : *all) {
    if (each.has_arrived) return;
    if (from_ && (each.name == *from_ || begin.from_guid == to.origin_guid)) return;
  }
  fail(ErrorKind::kDamaged, "the stream of {} is missing, which {} builds on",
       all->front().full_name(), to.full_name());
}

void PackageList::check(const Begin& begin) {
  Snapshot& to = find(begin);
  check_source(begin, to);
  if (to.has_arrived) fail(ErrorKind::kDamaged, "the package has {} twice", to.full_name());
  to.has_arrived = true;
}

void PackageList::finish() const {
  for (const auto& [guid, all] : snapshots_) {
    for (const Snapshot& each : all) {
      if (to_ && each.name == *to_ && !each.has_arrived)
        fail(ErrorKind::kDamaged, "the package's list has {}, whose stream is missing",
             each.full_name());
    }
  }
}

}  // namespace sealift::stream
