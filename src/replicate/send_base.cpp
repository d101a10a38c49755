// SPDX-License-Identifier: Apache-2.0
#include "replicate/send_base.h"

#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::replicate {
namespace {

using catalog::BookmarkRecord;
using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::SnapshotId;
using catalog::SnapshotRecord;

/// Where the line of a snapshot passes through a dataset: bases there are born before `end`.
struct Stretch {
  catalog::DatasetId dataset;
  objset::Birth end;
};

/// From the snapshot's own dataset back through its origins.
std::vector<Stretch> line_of(const Catalog& catalog, const SnapshotId& to) {
  std::vector<Stretch> line{{to.dataset, to.birth}};
  for (SnapshotId origin = catalog.dataset(to.dataset).origin; origin;
       origin = catalog.dataset(origin.dataset).origin)
    line.push_back({origin.dataset, objset::Birth{origin.birth.value + 1}});
  return line;
}

void check_is_before(const Catalog& catalog, const SnapshotId& earlier, const SnapshotId& to) {
  for (const Stretch& stretch : line_of(catalog, to))
    if (stretch.dataset == earlier.dataset && earlier.birth < stretch.end) return;
  fail(ErrorKind::kState, "not an earlier snapshot from the same fs");
}

SendBase from_snapshot(const SnapshotRecord& base, const SnapshotRecord& to) {
  return {base.guid, base.ivset_guid, base.id.birth, base.id.dataset != to.id.dataset,
          base.redaction};
}

SendBase from_bookmark(const BookmarkRecord& base, catalog::DatasetId owner,
                       const SnapshotRecord& to) {
  return {base.guid, base.ivset_guid, base.birth, owner != to.id.dataset, base.redaction};
}

std::optional<NamedBase> find_in(const Catalog& catalog, const Stretch& stretch, std::uint64_t guid,
                                 const SnapshotRecord& to) {
  if (const auto snapshot = catalog.find_snapshot_by_guid(stretch.dataset, guid))
    if (snapshot->id.birth < stretch.end)
      return NamedBase{catalog.full_name(snapshot->id), from_snapshot(*snapshot, to)};
  for (const BookmarkRecord& bookmark : catalog.bookmarks(stretch.dataset))
    if (bookmark.guid == guid && bookmark.birth < stretch.end)
      return NamedBase{catalog.full_name(stretch.dataset) + '#' + bookmark.name,
                       from_bookmark(bookmark, stretch.dataset, to)};
  return std::nullopt;
}

}  // namespace

SendBase base_of(const Catalog& catalog, const SnapshotRecord& base, const SnapshotRecord& to) {
  check_is_before(catalog, base.id, to.id);
  return from_snapshot(base, to);
}

SendBase resolve_base(const Catalog& catalog, const catalog::Name& name, const SnapshotRecord& to) {
  if (name.kind == catalog::NameKind::kSnapshot)
    return base_of(catalog, catalog::get_snapshot(catalog, name), to);
  const DatasetRecord owner = catalog.get(name.dataset);
  const auto bookmark = catalog.find_bookmark(owner.id, name.item);
  if (!bookmark) fail(ErrorKind::kState, "incremental source ({}) does not exist", name.full());
  check_is_before(catalog, {owner.id, bookmark->birth}, to.id);
  return from_bookmark(*bookmark, owner.id, to);
}

std::optional<NamedBase> find_base(const Catalog& catalog, std::uint64_t guid,
                                   const SnapshotRecord& to) {
  for (const Stretch& stretch : line_of(catalog, to.id))
    if (auto found = find_in(catalog, stretch, guid, to)) return found;
  return std::nullopt;
}

}  // namespace sealift::replicate
