// SPDX-License-Identifier: Apache-2.0
#include "replicate/sent_features.h"

namespace sealift::replicate {
namespace {

namespace feature = stream::feature;

struct Fact {
  std::uint64_t bit;
  std::uint32_t flag;
};

constexpr Fact kFacts[] = {
    {feature::kLargeBlocks, catalog::kHasLargeBlocks},
    {feature::kLargeMicrozap, catalog::kHasLargeMicrozap},
    {feature::kEmbedData, catalog::kHasEmbeddedData},
    {feature::kLz4, catalog::kHasLz4},
    {feature::kZstd, catalog::kHasZstd},
    {feature::kLargeDnode, catalog::kHasLargeDnodes},
    {feature::kCompressed, catalog::kHasCompressed},
    {feature::kLongName, catalog::kHasLongNames},
    {feature::kRaw, catalog::kIsRaw},
};

std::uint64_t features_of(std::uint32_t flags) {
  std::uint64_t features = 0;
  for (const Fact& fact : kFacts)
    if ((flags & fact.flag) != 0) features |= fact.bit;
  return features;
}

/// What a receiver that has them refuses a stream without, whatever is in it.
constexpr std::uint32_t kAlwaysTold = catalog::kHasLargeBlocks | catalog::kHasLargeMicrozap;
/// A receiver expands what was deduplicated.
constexpr std::uint64_t kNeverSent = feature::kResuming | feature::kDedup | feature::kDedupProps;

}  // namespace

std::uint32_t snapshot_flags(const stream::Begin& begin) {
  std::uint32_t flags = 0;
  for (const Fact& fact : kFacts)
    if (begin.has(fact.bit)) flags |= fact.flag;
  return flags;
}

std::uint32_t inherited_flags(std::uint32_t flags) {
  return flags & ~std::uint32_t{catalog::kIsLocal};
}

std::uint64_t sent_features(const objset::ObjectSet& set, const catalog::SnapshotRecord& snapshot,
                            std::uint64_t from_guid) {
  const bool is_as_received =
      snapshot.guid == set.begin.to_guid && from_guid == set.begin.from_guid;
  const std::uint32_t told = is_as_received ? snapshot.flags & kAlwaysTold : snapshot.flags;
  return (set.begin.features() & ~kNeverSent) | features_of(told);
}

}  // namespace sealift::replicate
