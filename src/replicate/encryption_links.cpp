// SPDX-License-Identifier: Apache-2.0
#include "replicate/encryption_links.h"

#include "catalog/name.h"
#include "replicate/key_lineage.h"

namespace sealift::replicate {

bool EncryptionLinks::inherits(const ArrivingDataset& entry) const {
  return !entry.is_encryption_root && entry.name != package_.top();
}

/// The nearest dataset above that is one; where the real one stands above what was sent, the
/// topmost takes its place.
const ArrivingDataset* EncryptionLinks::root_at_source(const ArrivingDataset& entry) const {
  std::string_view name = entry.name;
  while (name != package_.top() && !name.empty()) {
    name = catalog::parent_of(name);
    const ArrivingDataset* above = package_.find_by_name(name);
    if (above != nullptr && (above->is_encryption_root || name == package_.top())) return above;
  }
  return nullptr;
}

std::optional<catalog::DatasetRecord> EncryptionLinks::find_here(
    const catalog::Catalog& catalog, const ArrivingDataset& entry) const {
  for (const ArrivingSnapshot& snapshot : entry.snapshots)
    for (const catalog::SnapshotId id : catalog.snapshots_by_guid(snapshot.guid))
      if (catalog::is_within(catalog.full_name(id.dataset), top_))
        return catalog.dataset(id.dataset);
  return std::nullopt;
}

std::optional<catalog::DatasetId> EncryptionLinks::find_root(
    const catalog::Catalog& catalog, const ArrivingDataset& entry,
    const catalog::Wrapping& wrapping) const {
  if (!inherits(entry)) return std::nullopt;
  const ArrivingDataset* there = root_at_source(entry);
  const auto here = there == nullptr ? std::nullopt : find_here(catalog, *there);
  if (!here || !here->is_encryption_root()) return std::nullopt;
  const auto own = catalog.wrapping(here->id, here->key->own);
  const auto arrived = arrived_.find(here->id);
  const bool came = arrived != arrived_.end() && arrived->second == here->key->own;
  if (!own || !is_shown_to_open(*own, wrapping, came ? CameAlong::kYes : CameAlong::kNo))
    return std::nullopt;
  return here->id;
}

}  // namespace sealift::replicate
