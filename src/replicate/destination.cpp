// SPDX-License-Identifier: Apache-2.0
#include "replicate/destination.h"

#include "base/error.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;

/// The dataset at or below `top` that has a snapshot of this guid; empty if there is none.
std::string find_holder(const Catalog& catalog, const std::string& top, std::uint64_t guid) {
  if (guid == 0) return {};
  for (const catalog::SnapshotId id : catalog.snapshots_by_guid(guid)) {
    std::string name = catalog.full_name(id.dataset);
    if (catalog::is_within(name, top)) return name;
  }
  return {};
}

}  // namespace

Destinations::Destinations(const ReceiveRequest& request, std::string top)
    : request_(request), sent_top_(std::move(top)), target_(catalog::parse_name(request.target)) {
  if (target_.kind == catalog::NameKind::kBookmark)
    fail(ErrorKind::kUsage, "cannot receive into a bookmark");
  const bool is_snapshot = target_.kind == catalog::NameKind::kSnapshot;
  if (is_snapshot && request.naming != ReceiveNaming::kExact)
    fail(ErrorKind::kUsage, "invalid argument - snapshot not allowed with {}",
         request.naming == ReceiveNaming::kKeepLast ? "-e" : "-d");
}

std::string Destinations::dataset_for(const std::string& sent) const {
  std::size_t drop = sent_top_.size();
  if (request_.naming == ReceiveNaming::kDropFirst) drop = std::min(sent.find('/'), sent.size());
  if (request_.naming == ReceiveNaming::kKeepLast) {
    const std::size_t slash = sent_top_.rfind('/');
    if (slash == std::string::npos) return target_.dataset + '/' + sent;
    drop = slash;
  }
  return target_.dataset + sent.substr(drop);
}

Destination Destinations::of(const Arrival& arrival) const {
  const std::string sent = arrival.dataset_name();
  if (!catalog::is_within(sent, sent_top_))
    fail(ErrorKind::kDamaged, "a stream of {} in a package of {}", sent, sent_top_);
  Destination to;
  to.dataset = dataset_for(sent);
  to.snapshot =
      target_.kind == catalog::NameKind::kSnapshot ? target_.item : arrival.snapshot_name();
  if (request_.force) to.rollback = Rollback::kAllowed;
  if (!request_.origin.empty()) to.origin = request_.origin;
  if (request_.naming == ReceiveNaming::kDropFirst) to.parents = Parents::kMake;
  return to;
}

Destination Destinations::of(const Arrival& arrival, const ArrivingDataset* entry,
                             const Catalog& catalog) const {
  Destination to = of(arrival);
  const bool is_child = to.dataset != top();
  if (!is_child || catalog.find(to.dataset)) return to;
  const bool becomes_new =
      !arrival.is_incremental() || (arrival.begin.flags & stream::begin_flag::kClone) != 0;
  if (!becomes_new) {
    const std::string here = find_holder(catalog, top(), arrival.begin.from_guid);
    if (!here.empty()) to.dataset = here;
  } else if (entry != nullptr && !catalog.find(catalog::parent_of(to.dataset))) {
    const std::string parent = find_holder(catalog, top(), entry->parent_guid);
    if (!parent.empty())
      to.dataset = fmt::format("{}/{}", parent, catalog::last_component(to.dataset));
  }
  return to;
}

}  // namespace sealift::replicate
