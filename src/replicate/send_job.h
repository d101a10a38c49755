// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/send.h>

#include <optional>
#include <string>
#include <vector>

#include "replicate/sender.h"

namespace sealift::replicate {

/// The records that go before the streams of a package: BEGIN with its list, and an END.
struct PackageHead {
  stream::Begin begin;
  Bytes payload;  ///< begin.payload_length of it
  Endian byte_order = Endian::kLittle;
};

/// What a SendPlan is made of. `streams` shows what `snapshots`, of the same length, does.
struct SendJob {
  const vault::Vault* vault = nullptr;
  std::optional<PackageHead> package;
  std::vector<SnapshotToSend> snapshots;
  std::vector<PlannedStream> streams;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
  bool is_complete = true;
  /// Whose wrappings the streams carry, where that is not the vault's own.
  std::shared_ptr<const stream::Peer> peer;

  void add(SnapshotToSend snapshot, std::string from) {
    streams.push_back({snapshot.name, std::move(from)});
    snapshots.push_back(std::move(snapshot));
  }
};

SendSizes measure(const SendJob& job);
/// As SendPlan::run().
void run(const SendJob& job, Sink& to, const SendPlan::OnStream& on_stream,
         std::atomic<std::uint64_t>* records = nullptr);

}  // namespace sealift::replicate
