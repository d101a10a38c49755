// SPDX-License-Identifier: Apache-2.0
#include "replicate/key_lineage.h"

#include "base/error.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Wrapping;
using catalog::WrappingId;

constexpr std::uint64_t kPassphrase = 3;  // ZFS_KEYFORMAT_PASSPHRASE

std::uint64_t number(const stream::Nvlist& list, const char* name) {
  const auto value = list.get_u64(name);
  if (!value) fail(ErrorKind::kDamaged, "{} has no number {}", KeyLineage::kPair, name);
  return *value;
}

}  // namespace

std::optional<KeyLineage> lineage_of(const Catalog& catalog, const DatasetRecord& dataset,
                                     const Wrapping& sent) {
  if (!dataset.key || dataset.is_encryption_root() || sent.id() != dataset.key->own)
    return std::nullopt;
  const DatasetRecord root = catalog.dataset(dataset.key->encryption_root);
  if (!root.key) return std::nullopt;
  return KeyLineage{catalog.full_name(root.id), root.key->key_guid, root.key->own,
                    dataset.key->own};
}

stream::Nvlist encode(const KeyLineage& lineage) {
  stream::Nvlist list;
  list.add_string("encryption_root", lineage.root).add_boolean("inherits");
  list.add_u64("root_key_guid", lineage.root_key_guid);
  list.add_u64("root_wrapping", lineage.root_wrapping.value);
  list.add_u64("wrapping", lineage.wrapping.value);
  return list;
}

KeyLineage decode_lineage(const stream::Nvlist& list) {
  const std::string* root = list.get_string("encryption_root");
  if (root == nullptr || !list.contains("inherits"))
    fail(ErrorKind::kDamaged, "{} does not tell of an encryption root", KeyLineage::kPair);
  return {*root, number(list, "root_key_guid"), WrappingId{number(list, "root_wrapping")},
          WrappingId{number(list, "wrapping")}};
}

bool is_shown_to_open(const Wrapping& roots, const Wrapping& arrived, CameAlong came_along) {
  return roots.has_parameters_of(arrived) &&
         (arrived.key_format == kPassphrase || came_along == CameAlong::kYes);
}

std::optional<catalog::DatasetId> find_root(const Catalog& catalog, const DatasetRecord& fresh,
                                            const KeyLineage& lineage, const Wrapping& arrived) {
  // What was rewrapped on its way has another wrapping than the sender's root opens.
  if (arrived.id() != lineage.wrapping) return std::nullopt;
  for (catalog::DatasetId above = fresh.parent; above;) {
    const DatasetRecord dataset = catalog.dataset(above);
    above = dataset.parent;
    if (!dataset.is_encryption_root() || dataset.key->key_guid != lineage.root_key_guid) continue;
    const auto own = catalog.wrapping(dataset.id, dataset.key->own);
    const auto came = dataset.key->own == lineage.root_wrapping ? CameAlong::kYes : CameAlong::kNo;
    if (own && is_shown_to_open(*own, arrived, came)) return dataset.id;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace sealift::replicate
