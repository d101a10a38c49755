// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {
namespace {

/// OpenZFS: ZAP_MAXNAMELEN, less what it needs itself.
constexpr std::size_t kMaxTagBytes = 244;

/// The snapshots that `names` mean; with descendants, those of the same name that there are.
std::vector<SnapshotId> resolve(const Catalog& catalog, const std::vector<std::string>& names,
                                Recursion recursion) {
  std::vector<SnapshotId> found;
  for (const std::string& text : names) {
    const Name name = parse_name(text);
    if (name.kind != NameKind::kSnapshot) {
      fail(ErrorKind::kUsage, "'{}' is not a snapshot", text);
    }
    found.push_back(get_snapshot(catalog, name).id);
    if (recursion == Recursion::kNone) continue;
    for (const DatasetRecord& each : with_descendants(catalog, catalog.get(name.dataset))) {
      const auto snapshot = catalog.find_snapshot(each.id, name.item);
      if (snapshot && snapshot->id != found.back()) found.push_back(snapshot->id);
    }
  }
  return found;
}

}  // namespace

void hold(Change& change, const std::string& tag, const std::vector<std::string>& snapshots,
          Recursion recursion) {
  if (tag.empty() || tag.size() > kMaxTagBytes) {
    fail(ErrorKind::kUsage, "cannot hold: tag must have 1 to {} bytes", kMaxTagBytes);
  }
  if (tag.front() == '.') fail(ErrorKind::kUsage, "tag may not start with '.'");
  for (const SnapshotId id : resolve(change.catalog, snapshots, recursion)) {
    if (!change.catalog.add_hold(id, {tag, change.now_seconds})) {
      fail(ErrorKind::kState, "cannot hold snapshot '{}': tag already exists on this dataset",
           change.catalog.full_name(id));
    }
  }
}

void release(Change& change, const std::string& tag, const std::vector<std::string>& snapshots,
             Recursion recursion) {
  bool released = false;
  std::string missed;
  for (const SnapshotId id : resolve(change.catalog, snapshots, recursion)) {
    if (change.catalog.remove_hold(id, tag)) {
      released = true;
    } else {
      missed = change.catalog.full_name(id);
    }
  }
  // Descendants need not have it, as with zfs.
  if (missed.empty() || (released && recursion == Recursion::kDescendants)) return;
  fail(ErrorKind::kState, "cannot release hold from snapshot '{}': no such tag on this dataset",
       missed);
}

}  // namespace sealift::catalog

namespace sealift {

std::vector<Hold> holds(const Vault& vault, const std::string& snapshot, Recursion recursion) {
  const catalog::Catalog catalog = catalog::open_catalog(vault.inner());
  std::vector<Hold> found;
  for (const catalog::SnapshotId id : catalog::resolve(catalog, {snapshot}, recursion)) {
    const std::string name = catalog.full_name(id);
    for (const catalog::HoldRecord& hold : catalog.holds(id)) {
      found.push_back({name, hold.tag, hold.creation_seconds});
    }
  }
  return found;
}

}  // namespace sealift
