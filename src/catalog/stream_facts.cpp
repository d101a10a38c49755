// SPDX-License-Identifier: Apache-2.0
#include "catalog/stream_facts.h"

namespace sealift::catalog {
namespace {

namespace feature = stream::feature;

struct Fact {
  std::uint64_t bit;
  std::uint32_t flag;
};

constexpr Fact kFacts[] = {
    {feature::kLargeBlocks, kHasLargeBlocks},
    {feature::kLargeMicrozap, kHasLargeMicrozap},
    {feature::kEmbedData, kHasEmbeddedData},
    {feature::kLz4, kHasLz4},
    {feature::kZstd, kHasZstd},
    {feature::kLargeDnode, kHasLargeDnodes},
    {feature::kCompressed, kHasCompressed},
    {feature::kLongName, kHasLongNames},
    {feature::kRaw, kIsRaw},
};

}  // namespace

std::uint32_t snapshot_flags(const stream::Begin& begin) {
  std::uint32_t flags = 0;
  for (const Fact& fact : kFacts)
    if (begin.has(fact.bit)) flags |= fact.flag;
  return flags;
}

std::uint64_t features_of(std::uint32_t snapshot_flags) {
  std::uint64_t features = 0;
  for (const Fact& fact : kFacts)
    if ((snapshot_flags & fact.flag) != 0) features |= fact.bit;
  return features;
}

}  // namespace sealift::catalog
