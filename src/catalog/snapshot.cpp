// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "base/error.h"
#include "catalog/operations.h"

// A head holds what its newest snapshot holds, or, where that was destroyed, what it held. So a
// local snapshot is a second name for the same object set, with a guid of its own. Its blocks have
// the IVs that they came with; the IV set gets a new guid nevertheless, as OpenZFS does it
// (module/zfs/dsl_dataset.c), and each side knows the snapshot by that. FAILURE-MODES: a local
// snapshot on a replica stops later increments from the source until it is destroyed.

namespace sealift::catalog {
namespace {

/// The newest snapshot's facts that follow from the blocks hold for the new one; what was written
/// since tells of itself in the head.
SnapshotRecord describe_head(const Change& change, const DatasetRecord& dataset) {
  SnapshotRecord record;
  if (change.catalog.is_head_modified(dataset)) record.flags = change.catalog.head_flags(dataset);
  if (const auto newest = change.catalog.newest_snapshot(dataset.id)) {
    record.flags |= newest->flags;
    record.wrapping = newest->wrapping;
    record.redaction = newest->redaction;
  } else if (dataset.origin) {
    const SnapshotRecord origin = change.catalog.snapshot(dataset.origin);
    record.flags |= origin.flags;
    record.redaction = origin.redaction;
  }
  if (dataset.key && !record.wrapping) record.wrapping = dataset.key->own;
  record.flags |= kIsLocal;
  return record;
}

void check_free(const Catalog& catalog, const DatasetRecord& dataset, const std::string& item) {
  const std::string name = catalog.full_name(dataset.id) + '@' + item;
  if (name.size() > kMaxNameBytes) {
    fail(ErrorKind::kUsage, "cannot create snapshot '{}': name is too long", name);
  }
  if (catalog.find_snapshot(dataset.id, item)) {
    fail(ErrorKind::kState, "cannot create snapshot '{}': dataset already exists", name);
  }
}

void snapshot_head(Change& change, const DatasetRecord& dataset, const std::string& item,
                   const Properties& properties) {
  Catalog& catalog = change.catalog;
  check_free(catalog, dataset, item);
  SnapshotRecord fresh = describe_head(change, dataset);
  fresh.id.dataset = dataset.id;
  fresh.name = item;
  fresh.guid = change.guids.next();
  if (dataset.key) fresh.ivset_guid = change.guids.next();
  fresh.creation_seconds = change.now_seconds;
  const SnapshotRecord stored = catalog.add_snapshot_of_head(fresh, change.txg);
  for (const auto& [property, value] : properties) {
    set_property(catalog, stored.id, property, value);
  }
}

}  // namespace

void take_snapshots(Change& change, const std::vector<std::string>& names,
                    const SnapshotOptions& options) {
  std::set<DatasetId> done;
  for (const std::string& text : names) {
    const Name name = parse_name(text);
    if (name.kind != NameKind::kSnapshot) {
      fail(ErrorKind::kUsage, "cannot create snapshot '{}': it names no snapshot", text);
    }
    const DatasetRecord top = change.catalog.get(name.dataset);
    const auto datasets =
        options.recursive ? with_descendants(change.catalog, top) : std::vector{top};
    bool took_any = false;
    for (const DatasetRecord& dataset : datasets) {
      if (dataset.head.objset.is_null()) continue;
      if (!done.insert(dataset.id).second) {
        fail(ErrorKind::kUsage,
             "cannot create snapshots: multiple snapshots of same fs not allowed");
      }
      snapshot_head(change, dataset, name.item, options.properties);
      took_any = true;
    }
    if (!took_any) {
      fail(ErrorKind::kState, "cannot create snapshot '{}': it holds nothing yet", text);
    }
  }
}

}  // namespace sealift::catalog
