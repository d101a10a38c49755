// SPDX-License-Identifier: Apache-2.0
#include "replicate/lineage.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/name.h"
#include "replicate/lineage_rules.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::SnapshotRecord;

constexpr const char* kElsewhere = "receive into a name that is not taken";

std::string describe_newest(const Catalog& catalog, const DatasetRecord& dataset) {
  const auto newest = catalog.newest_snapshot(dataset.id);
  if (!newest) return "it has none";
  return fmt::format("that is @{} with guid {}", newest->name, newest->guid);
}

/// Checks one substream against one catalog.
class Check {
 public:
  Check(const Catalog& catalog, const Arrival& arrival, const Destination& destination)
      : catalog_(catalog), arrival_(arrival), to_(destination) {}

  Lineage run() {
    lineage_.dataset = catalog_.find(to_.dataset);
    lineage_.birth = objset::Birth{1};
    if (lineage_.dataset) {
      check_existing();
    } else {
      check_new();
    }
    if (lineage_.base && !lineage_.is_there) {
      check_iv_set(*lineage_.base, arrival_);
      check_features(*lineage_.base, arrival_);
    }
    return std::move(lineage_);
  }

 private:
  void check_existing();
  void check_resume_state();
  void check_not_there();
  void check_incomplete();
  void check_full();
  void check_increment();
  void find_newer();
  void check_removable(const SnapshotRecord& snapshot) const;
  [[noreturn]] void refuse_base() const;
  std::string as_clone() const;

  void check_new();
  void check_parent() const;
  void find_origin();
  SnapshotRecord named_origin() const;
  SnapshotRecord origin_by_guid() const;

  const DatasetRecord& dataset() const { return *lineage_.dataset; }
  bool is_clone_stream() const {
    return to_.origin || (arrival_.begin.flags & stream::begin_flag::kClone) != 0;
  }
  bool is_volume_stream() const { return arrival_.begin.type == stream::objset_type::kVolume; }

  const Catalog& catalog_;
  const Arrival& arrival_;
  const Destination& to_;
  Lineage lineage_;
};

// -- A dataset that is there -------------------------------------------------------------------

void Check::check_existing() {
  if (!dataset().parent)
    refuse(ErrorKind::kState,
           fmt::format("destination '{}' is the root dataset and cannot be received into",
                       to_.dataset),
           fmt::format("name a dataset below it: {}/NAME", to_.dataset));
  lineage_.birth = dataset().next_birth;
  check_resume_state();
  check_not_there();
  if (lineage_.is_there) return;
  if (dataset().is_incomplete) {
    check_incomplete();
  } else if (arrival_.is_incremental() && !is_clone_stream()) {
    check_increment();
  } else {
    check_full();
  }
}

/// A stream that goes on needs the state of its beginning, and with such a state nothing but that
/// stream can be received.
void Check::check_resume_state() {
  const auto partial = catalog_.partial(dataset().id);
  if (arrival_.resume && !partial)
    refuse(ErrorKind::kState,
           fmt::format("{} has no partially received state that the stream could go on with",
                       to_.dataset),
           "send the whole stream, without a token");
  if (!partial) return;
  if (!arrival_.resume)
    refuse(ErrorKind::kState,
           fmt::format("destination {} contains partially-complete state from \"zfs receive -s\".",
                       to_.dataset),
           fmt::format("send the rest with 'zfs send -t' and its receive_resume_token, or give up "
                       "what arrived: sealift receive -A {}",
                       to_.dataset));
  check_resumed(*partial, arrival_, to_);
  if (partial->birth != lineage_.birth)
    refuse(
        ErrorKind::kState,
        fmt::format("{} was changed since the receive was begun: its next change is number {}, "
                    "it was {}",
                    to_.dataset, lineage_.birth.value, partial->birth.value),
        fmt::format("give up what arrived, and receive anew: sealift receive -A {}", to_.dataset));
  lineage_.partial = partial;
}

/// As zfs receive: a stream is passed over only where its snapshot has the name that it would get.
void Check::check_not_there() {
  const auto taken = catalog_.find_snapshot(dataset().id, to_.snapshot);
  if (!taken || !arrival_.is_incremental()) return;
  const auto same = catalog_.find_snapshot_by_guid(dataset().id, arrival_.begin.to_guid);
  if (!same || arrival_.resume)
    refuse(ErrorKind::kState,
           fmt::format("destination already exists: {} has guid {}, the stream's is {}",
                       to_.full_name(), taken->guid, arrival_.begin.to_guid),
           fmt::format("give the one here another name: sealift rename {} @NAME", to_.full_name()));
  if (same->ivset_guid != arrival_.to_ivset_guid)
    refuse(ErrorKind::kRefused,
           fmt::format("IV set guid mismatch: {}@{} is here with IV set {:#x}, the stream's is "
                       "{:#x}",
                       to_.dataset, same->name, same->ivset_guid, arrival_.to_ivset_guid),
           "receive a full raw stream into a new dataset");
  lineage_.is_there = true;
}

/// Made by the receive that is to be resumed.
void Check::check_incomplete() {
  if (dataset().origin) lineage_.base = catalog_.snapshot(dataset().origin);
  check_type(dataset(), arrival_, to_.dataset);
  check_key(dataset(), arrival_, to_.dataset);
}

void Check::check_full() {
  if (to_.rollback == Rollback::kForbidden)
    refuse(ErrorKind::kState,
           fmt::format("destination '{}' exists\nmust specify -F to overwrite it", to_.dataset),
           kElsewhere);
  if (const auto newest = catalog_.newest_snapshot(dataset().id))
    refuse(ErrorKind::kState,
           fmt::format("destination has snapshots (eg. {}@{})\nmust destroy them to overwrite it",
                       to_.dataset, newest->name),
           kElsewhere);
  if (dataset().origin || is_clone_stream())
    refuse(ErrorKind::kState,
           fmt::format("destination '{}' {}\nmust destroy it to overwrite it", to_.dataset,
                       dataset().origin ? "is a clone" : "is no clone of the stream's origin"),
           kElsewhere);
  if (dataset().key || arrival_.is_raw())
    refuse(ErrorKind::kRefused,
           fmt::format("receive -F cannot be used to destroy an encrypted filesystem or overwrite "
                       "an unencrypted one with an encrypted one: a dataset keeps its master key "
                       "for ever, and {} has {}",
                       to_.dataset, dataset().key ? "another" : "none"),
           kElsewhere);
  if (is_volume_stream() && catalog_.has_children(dataset().id))
    refuse(ErrorKind::kState,
           fmt::format("destination has children (eg. {}/{})\ncannot overwrite with a ZVOL",
                       to_.dataset, catalog_.children(dataset().id).front().name),
           kElsewhere);
}

/// How to receive all the same and lose nothing.
std::string Check::as_clone() const {
  return fmt::format("receive it beside: sealift receive -o origin={}@{} {}-NEW", to_.dataset,
                     lineage_.base->name, to_.dataset);
}

void Check::refuse_base() const {
  refuse(ErrorKind::kState,
         fmt::format("most recent snapshot of {} does not match incremental source: {}, and the "
                     "stream builds on guid {}",
                     to_.dataset, describe_newest(catalog_, dataset()), arrival_.begin.from_guid),
         lineage_.base ? as_clone()
                       : "send from a snapshot that both sides have, or a full stream into a new "
                         "dataset");
}

void Check::check_removable(const SnapshotRecord& snapshot) const {
  if (snapshot.hold_count == 0 && snapshot.clone_count == 0) return;
  refuse(ErrorKind::kState,
         fmt::format("-F would destroy {}@{}, which {}", to_.dataset, snapshot.name,
                     snapshot.hold_count != 0 ? "is held (dataset is busy)" : "has clones"),
         as_clone());
}

void Check::find_newer() {
  for (auto next = catalog_.next(lineage_.base->id); next; next = catalog_.next(next->id))
    lineage_.newer.push_back(*next);
  if (lineage_.newer.empty()) return;
  if (to_.rollback == Rollback::kForbidden) refuse_base();
  for (const SnapshotRecord& each : lineage_.newer) check_removable(each);
}

void Check::check_increment() {
  lineage_.base = catalog_.find_snapshot_by_guid(dataset().id, arrival_.begin.from_guid);
  if (!lineage_.base) refuse_base();
  check_type(dataset(), arrival_, to_.dataset);
  check_key(dataset(), arrival_, to_.dataset);
  find_newer();
  if (to_.rollback == Rollback::kForbidden && catalog_.is_head_modified(dataset()))
    refuse(ErrorKind::kState,
           fmt::format("destination {} has been modified since most recent snapshot", to_.dataset),
           as_clone());
}

// -- A dataset to be made ----------------------------------------------------------------------

void Check::check_new() {
  const bool cannot_begin = arrival_.resume || (arrival_.is_incremental() && !is_clone_stream());
  if (cannot_begin || catalog::parent_of(to_.dataset).empty())
    refuse(ErrorKind::kState, fmt::format("destination '{}' does not exist", to_.dataset),
           arrival_.resume ? "'sealift list -o name,receive_resume_token' shows what can be resumed"
                           : "receive a full stream first");
  catalog::parse_name(to_.full_name());
  check_parent();
  if (is_clone_stream()) find_origin();
}

void Check::check_parent() const {
  std::string name(catalog::parent_of(to_.dataset));
  auto parent = catalog_.find(name);
  if (!parent && to_.parents == Parents::kMustExist)
    refuse(ErrorKind::kState, fmt::format("parent '{}' does not exist", name),
           fmt::format("sealift create -p {}", name));
  while (!parent && !name.empty()) {
    name = catalog::parent_of(name);
    parent = catalog_.find(name);
  }
  if (!parent)
    refuse(ErrorKind::kState,
           fmt::format("no such vault '{}'", catalog::components(to_.dataset).front()),
           fmt::format("this one is '{}'", catalog_.root().name));
  if (parent->type != catalog::DatasetType::kFilesystem)
    refuse(ErrorKind::kState, fmt::format("parent '{}' is not a filesystem", name),
           "receive below a filesystem");
  if (parent->key && !arrival_.is_raw() && to_.plain_below_sealed == PlainBelowSealed::kRefuse)
    refuse(ErrorKind::kRefused,
           fmt::format("'{}' is encrypted and the stream is plain: inherited key must be loaded to "
                       "encrypt it",
                       name),
           "send it raw (zfs send -w), or keep it as it is: -o encryption=off");
}

SnapshotRecord Check::named_origin() const {
  constexpr const char* hint =
      "'sealift list -t snapshot -o name,guid' shows which snapshot the stream builds on";
  const catalog::Name name = catalog::parse_name(*to_.origin);
  const auto dataset = catalog_.find(name.dataset);
  const auto found = dataset ? catalog_.find_snapshot(dataset->id, name.item) : std::nullopt;
  if (!found)
    refuse(ErrorKind::kState, fmt::format("specified origin fs ({}) does not exist", *to_.origin),
           hint);
  if (found->guid != arrival_.begin.from_guid)
    refuse(ErrorKind::kState,
           fmt::format("origin {} has guid {}, the stream builds on {}", *to_.origin, found->guid,
                       arrival_.begin.from_guid),
           hint);
  return *found;
}

std::size_t common_length(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end.first - a.begin());
}

/// Of several equal ones the one whose name is most like the destination's.
SnapshotRecord Check::origin_by_guid() const {
  const auto candidates = catalog_.snapshots_by_guid(arrival_.begin.from_guid);
  if (candidates.empty())
    refuse(ErrorKind::kState,
           fmt::format("local origin for clone {} does not exist: no snapshot here has guid {}",
                       to_.full_name(), arrival_.begin.from_guid),
           "receive the origin first, or send the clone as a full stream");
  const auto likeness = [&](catalog::SnapshotId id) {
    return common_length(catalog_.full_name(id.dataset), to_.dataset);
  };
  return catalog_.snapshot(
      *std::max_element(candidates.begin(), candidates.end(),
                        [&](auto a, auto b) { return likeness(a) < likeness(b); }));
}

void Check::find_origin() {
  lineage_.base = to_.origin ? named_origin() : origin_by_guid();
  lineage_.is_clone = true;
  lineage_.birth = objset::Birth{lineage_.base->id.birth.value + 1};
  const DatasetRecord dataset = catalog_.dataset(lineage_.base->id.dataset);
  const std::string name = catalog_.full_name(dataset.id);
  check_type(dataset, arrival_, name);
  check_key(dataset, arrival_, name);
}

}  // namespace

Lineage check_lineage(const Catalog& catalog, const Arrival& arrival,
                      const Destination& destination) {
  return Check(catalog, arrival, destination).run();
}

bool is_same(const Lineage& before, const Lineage& now) {
  const auto dataset_of = [](const Lineage& lineage) {
    return lineage.dataset ? lineage.dataset->id : catalog::DatasetId{};
  };
  const auto base_of = [](const Lineage& lineage) {
    return lineage.base ? lineage.base->id : catalog::SnapshotId{};
  };
  const auto place_of = [](const Lineage& lineage) {
    return lineage.partial ? lineage.partial->objset : vault::BlockPointer{};
  };
  return dataset_of(before) == dataset_of(now) && base_of(before) == base_of(now) &&
         before.birth == now.birth && before.is_there == now.is_there &&
         place_of(before).same_place(place_of(now));
}

}  // namespace sealift::replicate
