// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/records.h"
#include "objset/object_set.h"

namespace sealift::replicate {

/// Those of a snapshot's facts (catalog::SnapshotFlags) that hold for all later snapshots of the
/// lineage: OpenZFS keeps a dataset's features active when what needed them is gone
/// (module/zfs/dsl_dataset.c), and its streams say so (module/zfs/dmu_send.c, setup_featureflags).
std::uint32_t inherited_flags(std::uint32_t flags);

/// The feature flags of the stream of `snapshot`, with object set `set`, that builds on the
/// snapshot of guid `from_guid`; 0 for a full one. Without RESUMING.
std::uint64_t sent_features(const objset::ObjectSet& set, const catalog::SnapshotRecord& snapshot,
                            std::uint64_t from_guid);

}  // namespace sealift::replicate
