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
    if (!snapshots_.emplace(*guid, Snapshot{*name, pair.name, origin}).second)
      fail(ErrorKind::kDamaged, "the package's list has guid {:x} twice", *guid);
  }
}

/// An incremental package leaves out what its receiver is said to have: the snapshot that it is
/// from, in each dataset, and the origins of clones, which may be older.
bool PackageList::may_be_there(std::uint64_t guid, const Snapshot& to) const {
  const auto from = snapshots_.find(guid);
  if (from == snapshots_.end()) return true;
  return from_ && (from->second.name == *from_ || guid == to.origin_guid);
}

void PackageList::check(const Begin& begin) {
  const auto to = snapshots_.find(begin.to_guid);
  if (to == snapshots_.end())
    fail(ErrorKind::kDamaged, "{} (guid {:x}) is not in the package's list", begin.to_name,
         begin.to_guid);
  const std::uint64_t from = begin.from_guid;
  if (from != 0 && arrived_.count(from) == 0 && !may_be_there(from, to->second))
    fail(ErrorKind::kDamaged, "the stream of {} is missing, which {} builds on",
         snapshots_.at(from).full_name(), to->second.full_name());
  if (!arrived_.insert(begin.to_guid).second)
    fail(ErrorKind::kDamaged, "the package has {} twice", to->second.full_name());
}

void PackageList::finish() const {
  for (const auto& [guid, snapshot] : snapshots_) {
    if (to_ && snapshot.name == *to_ && arrived_.count(guid) == 0)
      fail(ErrorKind::kDamaged, "the package's list has {}, whose stream is missing",
           snapshot.full_name());
  }
}

}  // namespace sealift::stream
