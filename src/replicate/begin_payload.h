// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "catalog/records.h"
#include "objset/object_set.h"
#include "replicate/key_lineage.h"
#include "stream/nvlist.h"

namespace sealift::replicate {

/// What BEGIN's payload tells beside the snapshot itself.
struct BeginFacts {
  std::uint64_t to_ivset_guid = 0;            ///< 0: as in the stream that the contents came in
  std::uint64_t from_ivset_guid = 0;          ///< of the base; 0 in a full stream
  std::optional<catalog::Wrapping> wrapping;  ///< to send; what the snapshot came with if none
  std::optional<KeyLineage> lineage;          ///< of a sealed snapshot
  std::optional<std::vector<std::uint64_t>> redact_snaps;
  std::optional<std::vector<std::uint64_t>> redact_from_snaps;
  struct ResumePoint {
    std::uint64_t object = 0;
    std::uint64_t offset = 0;
  };
  std::optional<ResumePoint> resume;
};

/// The payload that OpenZFS would send for `set` (module/zfs/dmu_send.c, dsl_crypt.c), packed as
/// the snapshot's own stream was. Empty if there is nothing to tell.
Bytes make_begin_payload(const objset::ObjectSet& set, const BeginFacts& facts);

}  // namespace sealift::replicate
