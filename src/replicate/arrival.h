// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/records.h"
#include "replicate/key_lineage.h"
#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::replicate {

/// What a substream's BEGIN says about the snapshot that follows.
struct Arrival {
  stream::Begin begin;
  std::uint64_t to_ivset_guid = 0;  ///< this and the next: 0 unless raw
  std::uint64_t from_ivset_guid = 0;
  std::optional<catalog::Wrapping> wrapping;  ///< of a raw stream
  std::optional<KeyLineage> lineage;          ///< of a raw stream that tells of it
  std::optional<std::vector<std::uint64_t>> redact_snaps;
  std::optional<std::vector<std::uint64_t>> redact_from_snaps;
  struct ResumePoint {
    std::uint64_t object = 0;
    std::uint64_t offset = 0;
  };
  std::optional<ResumePoint> resume;

  bool is_raw() const { return begin.has(stream::feature::kRaw); }
  bool is_incremental() const { return begin.from_guid != 0; }
  /// The part of toname behind the '@'.
  std::string snapshot_name() const;
  /// The part before it.
  std::string dataset_name() const;
};

/// Throws Error: kDamaged where BEGIN and its payload contradict each other, kRefused for what
/// cannot be kept.
Arrival read_arrival(const stream::Begin& begin,
                     const std::optional<stream::UnpackedNvlist>& payload);

}  // namespace sealift::replicate
