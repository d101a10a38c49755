// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "os/clock.h"
#include "replicate/receiver.h"

namespace sealift::replicate {

/// When a resumable receive commits what it has so far: a crash loses at most this much.
struct SavePolicy {
  bool enabled = false;                      ///< -s
  std::uint64_t every_bytes = 256ULL << 20;  ///< of the stream
  std::int64_t every_seconds = 10;           ///< but not before `least_bytes` more came
  std::uint64_t least_bytes = 4ULL << 20;
};

/// What the substreams of one receive share. All must outlive it.
struct Reception {
  Stage& stage;
  stream::Reader& reader;
  const os::Clock& clock;
  SavePolicy save;
  /// Object sets of the snapshots that this receive brought, by guid: what WRITE_BYREF may name.
  std::map<std::uint64_t, vault::BlockPointer> received;
  ProofPolicy proof = {};
  /// Called when the input of a single stream ended, before the commit; throws if it is not the
  /// stream that was sent. May be empty.
  std::function<void()> check_input = {};
};

/// One substream, its BEGIN just read.
struct Substream {
  const stream::Reader::Item& begin;
  const Arrival& arrival;
  const Destination& destination;
  const Attachments& attachments;
  /// Called when the lineage was found right, before the first record.
  std::function<void(const Lineage&)> on_checked;
};

/// What BEGIN and its payload say, checked by the rules of the format.
Arrival begin_arrival(const stream::Reader& reader, const stream::Reader::Item& begin);

/// Receives one substream to its END, in one commit; nothing if the snapshot was there already.
/// Where a stream breaks off and `save` is enabled, what arrived is committed first and the error
/// is of kind kResume.
std::optional<ReceivedSnapshot> receive_stream(Reception& reception, const Substream& substream);

}  // namespace sealift::replicate
