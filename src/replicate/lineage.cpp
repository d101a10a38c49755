// SPDX-License-Identifier: Apache-2.0
#include "replicate/lineage.h"

#include "base/error.h"
#include "catalog/name.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::SnapshotRecord;

/// Equal master keys or never the same lineage (OpenZFS dsl_crypto_recv_raw_key_check).
void check_key(const DatasetRecord& dataset, const Arrival& arrival) {
  if (dataset.key.has_value() != arrival.is_raw())
    fail(ErrorKind::kRefused, "{} is {}encrypted and the stream is {}raw", dataset.name,
         dataset.key ? "" : "not ", arrival.is_raw() ? "" : "not ");
  if (!dataset.key) return;
  if (dataset.key->key_guid != arrival.wrapping->key_guid)
    fail(ErrorKind::kRefused,
         "encryption key does not match existing key: master key {:#x} here, {:#x} in the stream",
         dataset.key->key_guid, arrival.wrapping->key_guid);
  if (dataset.key->suite != arrival.wrapping->suite)
    fail(ErrorKind::kRefused, "encryption suite {} here, {} in the stream of the same key",
         dataset.key->suite, arrival.wrapping->suite);
}

/// Raw increments build on ciphertext: the IVs of the base must be the very same.
void check_iv_set(const SnapshotRecord& base, const Arrival& arrival) {
  if (!arrival.is_raw()) return;
  if (base.ivset_guid == 0 || arrival.from_ivset_guid == 0)
    fail(ErrorKind::kRefused, "IV set guid missing: {:#x} here, {:#x} in the stream",
         base.ivset_guid, arrival.from_ivset_guid);
  if (base.ivset_guid != arrival.from_ivset_guid)
    fail(ErrorKind::kRefused, "IV set guid mismatch: {:#x} here, {:#x} in the stream",
         base.ivset_guid, arrival.from_ivset_guid);
}

void check_redaction(const SnapshotRecord& base, const Arrival& arrival) {
  if (base.redaction && !arrival.redact_from_snaps && arrival.redact_snaps != base.redaction)
    fail(ErrorKind::kRefused, "{} is redacted, and the stream does not build on a redacted one",
         base.name);
}

std::string guid_of(const std::optional<SnapshotRecord>& snapshot) {
  if (!snapshot) return "it has none";
  return fmt::format("@{} has guid {}", snapshot->name, snapshot->guid);
}

[[noreturn]] void fail_no_base(const Catalog& catalog, const DatasetRecord& dataset,
                               const Arrival& arrival) {
  Error error(ErrorKind::kState,
              fmt::format("most recent snapshot of {} does not match incremental source: {}, the "
                          "stream needs {}",
                          catalog.full_name(dataset.id),
                          guid_of(catalog.newest_snapshot(dataset.id)), arrival.begin.from_guid));
  if (catalog.find_snapshot_by_guid(dataset.id, arrival.begin.from_guid))
    error.set_hint("'receive -F' rolls back to the snapshot which the stream needs");
  throw error;
}

std::vector<SnapshotRecord> newer_than(const Catalog& catalog, const SnapshotRecord& base) {
  std::vector<SnapshotRecord> newer;
  for (auto next = catalog.next(base.id); next; next = catalog.next(next->id))
    newer.push_back(*next);
  return newer;
}

void find_base(const Catalog& catalog, const Arrival& arrival, Rollback rollback,
               Lineage& lineage) {
  const DatasetRecord& dataset = *lineage.dataset;
  lineage.base = catalog.find_snapshot_by_guid(dataset.id, arrival.begin.from_guid);
  if (!lineage.base) fail_no_base(catalog, dataset, arrival);
  lineage.newer = newer_than(catalog, *lineage.base);
  if (!lineage.newer.empty() && rollback == Rollback::kForbidden)
    fail_no_base(catalog, dataset, arrival);
}

void check_full(const Catalog& catalog, const Destination& destination, const Lineage& lineage) {
  const DatasetRecord& dataset = *lineage.dataset;
  if (dataset.is_incomplete) return;
  const bool has_contents = !dataset.head.objset.is_null() || dataset.snapshot_count != 0;
  if (destination.rollback == Rollback::kForbidden)
    fail(ErrorKind::kState, "destination '{}' exists\nmust specify -F to overwrite it",
         destination.dataset);
  if (has_contents)
    throw Error(ErrorKind::kState,
                fmt::format("destination has snapshots (eg. {}@{})\nmust destroy them to "
                            "overwrite it",
                            destination.dataset,
                            catalog.newest_snapshot(dataset.id).value_or(SnapshotRecord{}).name));
}

void check_existing(const Catalog& catalog, const Arrival& arrival, const Destination& destination,
                    Lineage& lineage) {
  const DatasetRecord& dataset = *lineage.dataset;
  if (catalog.find_snapshot(dataset.id, destination.snapshot))
    fail(ErrorKind::kState, "destination already exists: {}@{}", destination.dataset,
         destination.snapshot);
  if (!arrival.is_incremental()) {
    check_full(catalog, destination, lineage);
    return;
  }
  find_base(catalog, arrival, destination.rollback, lineage);
  check_key(dataset, arrival);
  if (catalog.is_head_modified(dataset) && destination.rollback == Rollback::kForbidden)
    fail(ErrorKind::kState, "destination {} has been modified\nsince most recent snapshot",
         destination.dataset);
}

/// A stream of a clone starts from its origin's snapshot, wherever in the vault that is.
void find_origin(const Catalog& catalog, const Arrival& arrival, const Destination& destination,
                 Lineage& lineage) {
  if (destination.origin) {
    const catalog::Name name = catalog::parse_name(*destination.origin);
    lineage.base = catalog.find_snapshot(catalog.get(name.dataset).id, name.item);
    if (!lineage.base) fail(ErrorKind::kState, "origin {} does not exist", *destination.origin);
    if (lineage.base->guid != arrival.begin.from_guid)
      fail(ErrorKind::kState, "origin {} has guid {}, the stream needs {}", *destination.origin,
           lineage.base->guid, arrival.begin.from_guid);
  } else if (arrival.begin.flags & stream::begin_flag::kClone) {
    const auto candidates = catalog.snapshots_by_guid(arrival.begin.from_guid);
    if (candidates.empty())
      fail(ErrorKind::kState, "the origin of the clone, guid {}, is not in the vault",
           arrival.begin.from_guid);
    lineage.base = catalog.snapshot(candidates.front());
  } else {
    fail(ErrorKind::kState, "destination '{}' does not exist", destination.dataset);
  }
  lineage.is_clone = true;
  check_key(catalog.dataset(lineage.base->id.dataset), arrival);
}

void find_parent(const Catalog& catalog, const Destination& destination, Lineage& lineage) {
  const std::size_t slash = destination.dataset.rfind('/');
  if (slash == std::string::npos)
    fail(ErrorKind::kState, "destination '{}' does not exist", destination.dataset);
  lineage.parent = catalog.get(destination.dataset.substr(0, slash));
  lineage.name = destination.dataset.substr(slash + 1);
}

}  // namespace

Lineage check_lineage(const Catalog& catalog, const Arrival& arrival,
                      const Destination& destination) {
  Lineage lineage;
  lineage.dataset = catalog.find(destination.dataset);
  lineage.birth = objset::Birth{1};
  if (lineage.dataset) {
    check_existing(catalog, arrival, destination, lineage);
    lineage.birth = lineage.dataset->next_birth;
  } else {
    find_parent(catalog, destination, lineage);
    if (arrival.is_incremental()) {
      find_origin(catalog, arrival, destination, lineage);
      lineage.birth = objset::Birth{lineage.base->id.birth.value + 1};
    }
  }
  if (lineage.base) {
    check_iv_set(*lineage.base, arrival);
    check_redaction(*lineage.base, arrival);
  }
  return lineage;
}

}  // namespace sealift::replicate
