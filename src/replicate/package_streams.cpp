// SPDX-License-Identifier: Apache-2.0
#include "replicate/package_streams.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "replicate/peer_wrapping.h"
#include "replicate/send_base.h"
#include "replicate/send_check.h"

namespace sealift::replicate {
namespace {

using catalog::SnapshotRecord;

class Streams {
 public:
  Streams(const PackagePlan& plan, SendJob& job);
  void add_all();

 private:
  bool is_ready(const PackagedDataset& dataset) const;
  void add(const PackagedDataset& dataset);
  bool is_sent(const PackagedDataset& dataset, const SnapshotRecord& snapshot) const;
  void add(const PackagedDataset& dataset, const SnapshotRecord& snapshot,
           const SnapshotRecord* previous);
  void miss(const PackagedDataset& dataset);

  const PackagePlan& plan_;
  SendJob& job_;
  std::map<std::uint64_t, const PackagedDataset*> by_guid_;  ///< of their snapshots
  std::set<std::uint64_t> origins_;                          ///< guids of clones' origins
  std::set<const PackagedDataset*> done_;
};

Streams::Streams(const PackagePlan& plan, SendJob& job) : plan_(plan), job_(job) {
  for (const PackagedDataset& dataset : plan.contents.datasets()) {
    for (const SnapshotRecord& snapshot : dataset.snapshots)
      by_guid_.emplace(snapshot.guid, &dataset);
    if (dataset.origin) origins_.insert(dataset.origin->guid);
  }
}

/// A parent or an origin that is part of the package has to be there first.
bool Streams::is_ready(const PackagedDataset& dataset) const {
  const auto is_done = [&](std::uint64_t guid) {
    const auto found = by_guid_.find(guid);
    return found == by_guid_.end() || found->second == &dataset || done_.count(found->second) != 0;
  };
  return is_done(dataset.parent_guid) && (!dataset.origin || is_done(dataset.origin->guid));
}

void Streams::add_all() {
  std::vector<const PackagedDataset*> waiting;
  for (const PackagedDataset& dataset : plan_.contents.datasets()) waiting.push_back(&dataset);
  while (!waiting.empty()) {
    std::vector<const PackagedDataset*> later;
    for (const PackagedDataset* dataset : waiting) {
      if (!is_ready(*dataset)) {
        later.push_back(dataset);
        continue;
      }
      add(*dataset);
      done_.insert(dataset);
    }
    if (later.size() == waiting.size())
      fail(ErrorKind::kDamaged, "{} waits for itself: a circle of clones", later.front()->name);
    waiting = std::move(later);
  }
}

/// Between source and target only -I sends everything; a clone's origin is sent for its sake.
bool Streams::is_sent(const PackagedDataset& dataset, const SnapshotRecord& snapshot) const {
  const SendRequest& request = plan_.request;
  const bool is_everything =
      request.intermediates || (request.replicate && plan_.range.from.empty());
  if (is_everything || snapshot.name == plan_.range.to) return true;
  const auto listed = by_guid_.find(snapshot.guid);
  return request.replicate && origins_.count(snapshot.guid) != 0 && listed->second == &dataset;
}

void Streams::add(const PackagedDataset& dataset) {
  const std::string& from = plan_.range.from;
  const auto& listed = dataset.snapshots;
  auto first = std::find_if(listed.begin(), listed.end(),
                            [&](const SnapshotRecord& each) { return each.name == from; });
  const SnapshotRecord* previous = nullptr;
  if (first != listed.end()) {
    previous = &*first;
    ++first;
  } else if (!from.empty() && plan_.catalog.find_snapshot(dataset.dataset.id, from)) {
    return miss(dataset);
  } else {
    first = listed.begin();
  }
  if (first == listed.end()) return miss(dataset);
  for (; first != listed.end(); ++first) {
    if (!is_sent(dataset, *first)) continue;
    add(dataset, *first, previous);
    previous = &*first;
  }
}

/// The source is there, but the snapshot to send came before it.
void Streams::miss(const PackagedDataset& dataset) {
  const auto& [from, to, from_origin] = plan_.range;
  const std::string why =
      fmt::format("could not send {0}@{1}: incremental source ({0}@{2}) is not earlier than it",
                  dataset.name, to, from);
  if (!plan_.request.replicate) throw Error(ErrorKind::kState, why);
  job_.warnings.push_back(why);
  job_.is_complete = false;
}

void Streams::add(const PackagedDataset& dataset, const SnapshotRecord& snapshot,
                  const SnapshotRecord* previous) {
  const PackagePlan& plan = plan_;
  SnapshotToSend stream;
  stream.snapshot = snapshot;
  stream.name = dataset.name + '@' + snapshot.name;
  in_context(fmt::format("cannot send '{}'", stream.name), [&] {
    const bool begins_clone = dataset.origin && (plan.request.replicate || plan.range.from_origin);
    if (previous != nullptr) {
      stream.base = base_of(plan.catalog, *previous, snapshot);
    } else if (begins_clone) {
      stream.base = base_of(plan.catalog, *dataset.origin, snapshot);
    }
    check_format(*job_.vault, stream, plan.request.format);
    const PeerHasKey has_key = stream.base ? PeerHasKey::kMust : PeerHasKey::kMay;
    stream.wrapping = wrapping_to_send(plan.catalog, dataset.dataset, plan.request, has_key);
  });
  job_.add(std::move(stream), previous == nullptr ? "" : previous->name);
}

}  // namespace

void plan_streams(const PackagePlan& plan, SendJob& job) {
  Streams streams(plan, job);
  streams.add_all();
  if (job.streams.empty()) {
    // Whatever was missed has said why.
    const std::string why = job.warnings.empty() ? "there is nothing to send" : job.warnings.back();
    throw Error(ErrorKind::kState, why);
  }
}

}  // namespace sealift::replicate
