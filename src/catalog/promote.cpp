// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {

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
    catalog.promote(clone.id);
  });
}

}  // namespace sealift::catalog
