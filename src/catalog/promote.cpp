// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {
namespace {

constexpr std::string_view kLocation = "keylocation";

DatasetId root_of_parent(const Catalog& catalog, const DatasetRecord& dataset) {
  const auto parent = catalog.find(dataset.parent);
  return parent && parent->key ? parent->key->encryption_root : DatasetId{};
}

/// Whether the clone's origin is the first of its family and so decides the family's encryption
/// root, as in OpenZFS (module/zfs/dsl_crypt.c, dsl_dataset_promote_crypt_check).
bool decides_key(const DatasetRecord& origin) {
  return origin.key && !origin.origin;
}

void check_encryption(const Catalog& catalog, const DatasetRecord& clone,
                      const DatasetRecord& origin) {
  if (!decides_key(origin) || origin.is_encryption_root()) return;
  const DatasetId root = root_of_parent(catalog, clone);
  if (!root || root != root_of_parent(catalog, origin))
    fail(ErrorKind::kState, "cannot promote dataset outside its encryption root");
}

/// All that the origin's key opens the clone's opens from now on: both are wrapped with the same.
void check_same_key(const Catalog& catalog, const DatasetRecord& clone,
                    const DatasetRecord& origin) {
  const auto own = catalog.wrapping(clone.id, clone.key->own);
  const auto origins = catalog.wrapping(origin.id, origin.key->own);
  if (own && origins && own->has_parameters_of(*origins)) return;
  fail(ErrorKind::kRefused,
       "it would become the encryption root of what {} is now, and its wrapping {} was not made "
       "with the same key as wrapping {}",
       catalog.full_name(origin.id), to_text(clone.key->own), to_text(origin.key->own));
}

/// The role of an encryption root goes with the promotion, and its keylocation too.
void take_root_role(Catalog& catalog, DatasetId clone, const DatasetRecord& origin) {
  for (const DatasetId id : catalog.encryption_heirs(origin.id)) {
    DatasetRecord heir = catalog.dataset(id);
    heir.key->encryption_root = clone;
    catalog.update(heir);
  }
  const auto location = catalog.property({origin.id, {}}, kLocation);
  if (!location) return;
  catalog.put_property({clone, {}}, kLocation, *location);
  catalog.put_property({origin.id, {}}, kLocation, {});
}

}  // namespace

void promote(Change& change, const std::string& name) {
  Catalog& catalog = change.catalog;
  const DatasetRecord clone = catalog.get(name);
  in_context(fmt::format("cannot promote '{}'", name), [&] {
    if (!clone.origin) fail(ErrorKind::kState, "not a cloned filesystem");
    catalog.each_snapshot(clone.origin.dataset, [&](const SnapshotRecord& moved) {
      if (moved.id.birth > clone.origin.birth) return false;
      if (catalog.find_snapshot(clone.id, moved.name)) {
        fail(ErrorKind::kState, "conflicting snapshot '{}' from parent '{}'", moved.name,
             catalog.full_name(clone.origin.dataset));
      }
      if (catalog.full_name(clone.id).size() + 1 + moved.name.size() > kMaxNameBytes) {
        fail(ErrorKind::kUsage, "a name would be too long");
      }
      return true;
    });
    const DatasetRecord origin = catalog.dataset(clone.origin.dataset);
    check_encryption(catalog, clone, origin);
    const bool was_root = decides_key(origin) && origin.is_encryption_root();
    if (was_root) check_same_key(catalog, clone, origin);
    catalog.promote(clone.id);
    if (was_root) take_root_role(catalog, clone.id, origin);
  });
}

}  // namespace sealift::catalog
