// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/records.h"
#include "stream/record.h"

namespace sealift::catalog {

/// The facts (SnapshotFlags) that a stream's feature flags tell.
std::uint32_t snapshot_flags(const stream::Begin& begin);

/// The feature flags that tell them.
std::uint64_t features_of(std::uint32_t snapshot_flags);

}  // namespace sealift::catalog
