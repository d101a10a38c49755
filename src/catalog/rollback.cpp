// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {
namespace {

struct Later {
  std::vector<SnapshotRecord> snapshots;
  std::vector<std::string> bookmarks;
};

Later find_later(const Catalog& catalog, SnapshotId id) {
  Later later;
  for (auto at = catalog.next(id); at; at = catalog.next(at->id)) later.snapshots.push_back(*at);
  for (const BookmarkRecord& bookmark : catalog.bookmarks(id.dataset)) {
    if (bookmark.birth > id.birth) later.bookmarks.push_back(bookmark.name);
  }
  return later;
}

[[noreturn]] void refuse(const std::string& target, std::string_view why, std::string_view how,
                         const std::vector<std::string>& names) {
  Error error(ErrorKind::kState, fmt::format("cannot rollback to '{}': {}", target, why));
  error.set_hint(fmt::format("{}:\n{}", how, fmt::join(names, "\n")));
  throw error;
}

void check(const Catalog& catalog, const Later& later, const std::string& target,
           const RollbackOptions& options) {
  const std::string dataset = target.substr(0, target.find('@'));
  std::vector<std::string> names;
  std::vector<std::string> clones;
  for (const SnapshotRecord& snapshot : later.snapshots) {
    names.push_back(dataset + '@' + snapshot.name);
    for (const DatasetId id : catalog.clones(snapshot.id)) clones.push_back(catalog.full_name(id));
  }
  for (const std::string& bookmark : later.bookmarks) names.push_back(dataset + '#' + bookmark);
  if (!names.empty() && !options.recursive && !options.dependents) {
    refuse(target, "more recent snapshots or bookmarks exist",
           "use '-r' to force deletion of the following snapshots and bookmarks", names);
  }
  if (!clones.empty() && !options.dependents) {
    refuse(target, "clones of previous snapshots exist",
           "use '-R' to force deletion of the following clones and dependents", clones);
  }
}

}  // namespace

Destroyed rollback(Change& change, const std::string& target, const RollbackOptions& options) {
  Catalog& catalog = change.catalog;
  const Name name = parse_name(target);
  if (name.kind != NameKind::kSnapshot) {
    fail(ErrorKind::kUsage, "cannot rollback to '{}': it names no snapshot", target);
  }
  const SnapshotId to = get_snapshot(catalog, name).id;
  const Later later = find_later(catalog, to);
  check(catalog, later, target, options);

  Destroyed result;
  const std::uint64_t before = catalog.root().used_bytes();
  for (const std::string& bookmark : later.bookmarks) {
    catalog.remove_bookmark(to.dataset, bookmark);
    result.names.push_back(name.dataset + '#' + bookmark);
  }
  for (const SnapshotRecord& snapshot : later.snapshots) {
    for (const DatasetId clone : catalog.clones(snapshot.id)) {
      destroy_tree(change, clone, Clones::kDestroy, result.names);
    }
    destroy_snapshot(change, snapshot.id);
    result.names.push_back(name.dataset + '@' + snapshot.name);
  }
  if (const auto partial = catalog.partial(to.dataset); partial && partial->base != to) {
    change.give_back(catalog.remove_partial(to.dataset));
  }
  change.give_back(catalog.reset_head(to.dataset));
  result.reclaimed_bytes = before - catalog.root().used_bytes();
  return result;
}

}  // namespace sealift::catalog
