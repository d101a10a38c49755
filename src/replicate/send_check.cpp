// SPDX-License-Identifier: Apache-2.0
#include "replicate/send_check.h"

#include "base/error.h"
#include "objset/object_set.h"
#include "replicate/sent_features.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Wrapping;
namespace feature = stream::feature;

/// A feature of what is kept, and the options of which one agrees to it.
struct Need {
  std::uint64_t feature;
  std::string_view what;
  std::string_view options;
  bool is_met;
};

void check_need(const Need& need) {
  if (need.is_met) return;
  Error error(ErrorKind::kRefused, fmt::format("the snapshot was received with {}, and is only "
                                               "sent as it was received",
                                               need.what));
  error.set_hint(fmt::format("add {}", need.options));
  throw error;
}

Wrapping get_wrapping(const Catalog& catalog, const DatasetRecord& dataset,
                      catalog::WrappingId id) {
  auto wrapping = catalog.wrapping(dataset.id, id);
  if (!wrapping)
    fail(ErrorKind::kState, "{} has no wrapping {}", catalog.full_name(dataset.id), to_text(id));
  return *std::move(wrapping);
}

/// A dataset that inherits its wrapping key was wrapped under its root's parameters, or its key
/// cannot be derived any more.
void check_heir(const Catalog& catalog, const DatasetRecord& dataset, const Wrapping& own) {
  if (dataset.is_encryption_root()) return;
  const catalog::DatasetId root_id = dataset.key->encryption_root;
  const DatasetRecord root = catalog.dataset(root_id);
  const Wrapping roots = get_wrapping(catalog, root, root.key.value_or(catalog::KeyRecord{}).own);
  if (own.has_parameters_of(roots)) return;
  fail(ErrorKind::kRefused,
       "wrapping {} was not made with the key of its encryption root {}, whose wrapping is {}",
       to_text(own.id()), catalog.full_name(root_id), to_text(roots.id()));
}

}  // namespace

void check_format(const vault::Vault& vault, const SnapshotToSend& what, const SendFormat& format) {
  const catalog::SnapshotRecord& snapshot = what.snapshot;
  if (snapshot.objset.is_null()) fail(ErrorKind::kState, "the snapshot has no contents");
  const objset::ObjectSet set = objset::read_object_set(vault, snapshot.objset);
  if (set.is_raw() && !format.raw) {
    Error error(ErrorKind::kState, "dataset key must be loaded");
    error.set_hint("add -w: sealed, as it is kept, it is sent without a key");
    throw error;
  }
  const bool compressed = format.raw || format.compressed;
  const bool embedded = format.raw || format.embedded;
  const bool large = format.raw || format.large_blocks;
  const Need needs[] = {
      {feature::kCompressed, "compressed blocks", "-c or -w", compressed},
      {feature::kZstd, "blocks compressed with zstd", "-c or -w", compressed},
      {feature::kEmbedData, "embedded blocks", "-e or -w", embedded},
      {feature::kLz4, "blocks compressed with lz4", "-c, -e or -w", compressed || embedded},
      {feature::kLargeBlocks, "large blocks", "-L or -w", large},
      {feature::kLargeMicrozap, "large microzaps", "-L or -w", large},
  };
  const std::uint64_t sent = sent_features(set, snapshot, what.base ? what.base->guid : 0);
  for (const Need& need : needs)
    if ((sent & need.feature) != 0) check_need(need);
}

std::optional<Wrapping> choose_wrapping(const Catalog& catalog, const DatasetRecord& dataset,
                                        const std::string& id) {
  if (!dataset.key) {
    if (!id.empty())
      fail(ErrorKind::kState, "{} is not encrypted, and has no wrappings",
           catalog.full_name(dataset.id));
    return std::nullopt;
  }
  if (id.empty()) {
    Wrapping own = get_wrapping(catalog, dataset, dataset.key->own);
    check_heir(catalog, dataset, own);
    return own;
  }
  const auto parsed = catalog::parse_wrapping_id(id);
  if (!parsed) fail(ErrorKind::kUsage, "'{}' is no id of a wrapping: 16 hexadecimal digits", id);
  return get_wrapping(catalog, dataset, *parsed);
}

}  // namespace sealift::replicate
