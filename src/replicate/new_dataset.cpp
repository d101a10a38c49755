// SPDX-License-Identifier: Apache-2.0
#include "replicate/new_dataset.h"

#include "base/error.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;

catalog::DatasetType type_of(const Arrival& arrival) {
  return arrival.begin.type == stream::objset_type::kVolume ? catalog::DatasetType::kVolume
                                                            : catalog::DatasetType::kFilesystem;
}

DatasetRecord find_parent(catalog::Change& change, const Destination& destination) {
  const std::string name(catalog::parent_of(destination.dataset));
  return destination.parents == Parents::kMake ? catalog::make_path(change, name)
                                               : change.catalog.get(name);
}

/// One key for a clone family, as in OpenZFS; the clone keeps a copy, so that it opens however the
/// family is divided later.
void take_key_of_origin(Catalog& catalog, DatasetRecord& clone) {
  const DatasetRecord origin = catalog.dataset(clone.origin.dataset);
  if (!origin.key) return;
  const auto own = catalog.wrapping(origin.id, origin.key->own);
  if (!own) fail(ErrorKind::kDamaged, "{} has lost its own wrapping", catalog.full_name(origin.id));
  clone.key = origin.key;
  catalog.add_wrapping(clone.id, *own);
}

void take_key_of_stream(Catalog& catalog, const NewDataset& what, DatasetRecord& dataset) {
  if (!what.arrival.wrapping) return;
  const catalog::Wrapping& wrapping = *what.arrival.wrapping;
  catalog::DatasetId root = dataset.id;
  if (what.attachments.find_encryption_root)
    root = what.attachments.find_encryption_root(catalog, dataset).value_or(root);
  dataset.key = catalog::KeyRecord{wrapping.suite, wrapping.key_guid, wrapping.version,
                                   catalog.add_wrapping(dataset.id, wrapping), root};
}

}  // namespace

DatasetRecord make_dataset(catalog::Change& change, const NewDataset& what) {
  DatasetRecord fresh;
  fresh.parent = find_parent(change, what.destination).id;
  fresh.name = catalog::last_component(what.destination.dataset);
  fresh.type = type_of(what.arrival);
  fresh.guid = change.guids.next();
  fresh.creation_seconds = change.now_seconds;
  fresh.createtxg = change.txg;
  if (what.lineage.is_clone) fresh.origin = what.lineage.base->id;
  DatasetRecord made = change.catalog.add_dataset(fresh);
  if (made.origin) {
    take_key_of_origin(change.catalog, made);
  } else {
    take_key_of_stream(change.catalog, what, made);
  }
  change.catalog.update(made);
  return made;
}

void become_type(Catalog& catalog, catalog::DatasetId id, const Arrival& arrival) {
  DatasetRecord dataset = catalog.dataset(id);
  if (dataset.type == type_of(arrival)) return;
  dataset.type = type_of(arrival);
  catalog.update(dataset);
}

}  // namespace sealift::replicate
