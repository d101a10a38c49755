// SPDX-License-Identifier: Apache-2.0
#include "catalog/operations.h"

#include "base/error.h"
#include "vault/vault.h"

namespace sealift::catalog {

Catalog open_catalog(const vault::Vault& vault) {
  return {vault, vault.root().catalog};
}

std::vector<DatasetRecord> with_descendants(const Catalog& catalog, const DatasetRecord& dataset) {
  std::vector<DatasetRecord> found{dataset};
  for (const DatasetRecord& child : catalog.children(dataset.id)) {
    auto below = with_descendants(catalog, child);
    found.insert(found.end(), std::make_move_iterator(below.begin()),
                 std::make_move_iterator(below.end()));
  }
  return found;
}

SnapshotRecord get_snapshot(const Catalog& catalog, const Name& name) {
  const DatasetRecord dataset = catalog.get(name.dataset);
  auto found = catalog.find_snapshot(dataset.id, name.item);
  if (!found) fail(ErrorKind::kState, "cannot open '{}': snapshot does not exist", name.full());
  return *std::move(found);
}

}  // namespace sealift::catalog
