// SPDX-License-Identifier: Apache-2.0
#include "keys/key_records.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::keys {
namespace {

using catalog::Catalog;
using catalog::DatasetId;
using catalog::DatasetRecord;

/// Gathers an heir's family. After a promotion the root itself may stand below the heir: it, and
/// what is below it, stays.
class Family {
 public:
  Family(const Catalog& catalog, DatasetId root) : catalog_(catalog), root_(root) {}

  void visit(const DatasetRecord& dataset) {
    if (!dataset.key || dataset.key->encryption_root != root_ || dataset.id == root_) return;
    if (!seen_.insert(dataset.id).second) return;
    found_.push_back(dataset);
    for (const DatasetRecord& child : catalog_.children(dataset.id))
      if (!child.origin) visit(child);
    catalog_.each_snapshot(dataset.id, [&](const catalog::SnapshotRecord& snapshot) {
      if (snapshot.clone_count == 0) return true;
      for (const DatasetId clone : catalog_.clones(snapshot.id)) visit(catalog_.dataset(clone));
      return true;
    });
  }
  std::vector<DatasetRecord> take() { return std::move(found_); }

 private:
  const Catalog& catalog_;
  DatasetId root_;
  std::set<DatasetId> seen_;
  std::vector<DatasetRecord> found_;
};

}  // namespace

catalog::Wrapping own_wrapping(const Catalog& catalog, const DatasetRecord& dataset) {
  auto wrapping = catalog.wrapping(dataset.id, dataset.key->own);
  if (!wrapping)
    fail(ErrorKind::kDamaged, "{} has lost its wrapping {}", catalog.full_name(dataset.id),
         catalog::to_text(dataset.key->own));
  return *std::move(wrapping);
}

DatasetRecord encryption_root(const Catalog& catalog, const DatasetRecord& dataset) {
  DatasetRecord root = catalog.dataset(dataset.key->encryption_root);
  if (!root.key)
    fail(ErrorKind::kDamaged, "{} is no encryption root, and {} names it as its own",
         catalog.full_name(root.id), catalog.full_name(dataset.id));
  return root;
}

std::string stored_location(const Catalog& catalog, const DatasetRecord& root) {
  const auto record = catalog.property({root.id, {}}, "keylocation");
  if (!record) return {};
  const auto* text = record->local ? std::get_if<std::string>(&*record->local) : nullptr;
  return text == nullptr ? std::string() : *text;
}

std::vector<DatasetRecord> key_family(const Catalog& catalog, const DatasetRecord& dataset) {
  if (!dataset.is_encryption_root()) {
    Family family(catalog, dataset.key->encryption_root);
    family.visit(dataset);
    return family.take();
  }
  std::vector<DatasetRecord> found{dataset};
  for (const DatasetId id : catalog.encryption_heirs(dataset.id))
    if (id != dataset.id) found.push_back(catalog.dataset(id));
  return found;
}

std::vector<DatasetRecord> roots_within(const Catalog& catalog, const DatasetRecord& dataset) {
  std::vector<DatasetRecord> found = catalog::with_descendants(catalog, dataset);
  const auto is_no_root = [](const DatasetRecord& each) { return !each.is_encryption_root(); };
  found.erase(std::remove_if(found.begin(), found.end(), is_no_root), found.end());
  return found;
}

}  // namespace sealift::keys
