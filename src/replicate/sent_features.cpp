// SPDX-License-Identifier: Apache-2.0
#include "replicate/sent_features.h"

#include "catalog/stream_facts.h"

namespace sealift::replicate {
namespace {

namespace feature = stream::feature;

/// What a receiver that has them refuses a stream without, whatever is in it.
constexpr std::uint32_t kAlwaysTold = catalog::kHasLargeBlocks | catalog::kHasLargeMicrozap;
/// A receiver expands what was deduplicated.
constexpr std::uint64_t kNeverSent = feature::kResuming | feature::kDedup | feature::kDedupProps;

}  // namespace

std::uint32_t inherited_flags(std::uint32_t flags) {
  return flags & ~std::uint32_t{catalog::kIsLocal};
}

std::uint64_t sent_features(const objset::ObjectSet& set, const catalog::SnapshotRecord& snapshot,
                            std::uint64_t from_guid) {
  const bool is_as_received =
      snapshot.guid == set.begin.to_guid && from_guid == set.begin.from_guid;
  const std::uint32_t told = is_as_received ? snapshot.flags & kAlwaysTold : snapshot.flags;
  return (set.begin.features() & ~kNeverSent) | catalog::features_of(told);
}

}  // namespace sealift::replicate
