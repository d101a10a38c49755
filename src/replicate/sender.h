// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "catalog/records.h"
#include "replicate/begin_payload.h"
#include "replicate/outbox.h"

namespace sealift::replicate {

/// What an incremental stream builds on: a snapshot or a bookmark.
struct SendBase {
  std::uint64_t guid = 0;
  std::uint64_t ivset_guid = 0;
  objset::Birth birth;
  bool is_clone_origin = false;  ///< it belongs to another dataset
  std::optional<std::vector<std::uint64_t>> redaction;
};

/// One snapshot to be sent as one substream.
struct SnapshotToSend {
  catalog::SnapshotRecord snapshot;
  std::string name;  ///< as the stream names it: "tank/enc@s1"
  std::optional<SendBase> base;
  std::optional<catalog::Wrapping> wrapping;
  std::optional<KeyLineage> lineage;
  std::optional<BeginFacts::ResumePoint> resume;
};

/// Puts the substream BEGIN to END into `outbox`: byte for byte what OpenZFS sends of the same
/// snapshot under the same name with the same wrapping (proto/stream.md tells the exceptions).
/// `before_end` is called, if there is one, when all but END has left; what it throws leaves the
/// stream without END. Throws Error: kDamaged where the vault is.
void send_snapshot(const vault::Vault& vault, const SnapshotToSend& what, Outbox& outbox,
                   const std::function<void()>& before_end = {});

/// The byte order of the stream that send_snapshot makes.
Endian stream_byte_order(const vault::Vault& vault, const catalog::SnapshotRecord& snapshot);

}  // namespace sealift::replicate
