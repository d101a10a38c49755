// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "objset/ledger.h"
#include "replicate/arrival.h"
#include "stream/token.h"

namespace sealift::replicate {

/// What an interrupted receive keeps beside its object set (catalog::PartialReceive::state): what
/// the stream that goes on must be equal in, and where it has to go on.
struct PartialState {
  std::uint64_t features = 0;  ///< but RESUMING
  std::uint64_t to_ivset_guid = 0;
  std::uint64_t from_ivset_guid = 0;
  std::uint64_t key_guid = 0;    ///< 0 unless raw, as the next
  catalog::WrappingId wrapping;  ///< the epoch of the key at the sender
  bool forced = false;           ///< -F
  Arrival::ResumePoint at;
  bool tail_freed = false;  ///< the FREE to the end of the object there was applied
  std::uint64_t bytes = 0;  ///< of the stream up to there
  std::optional<std::vector<std::uint64_t>> redact_snaps;
  std::optional<std::vector<std::uint64_t>> redact_from_snaps;
  objset::Ledger ledger;  ///< without its garbage, which a save gives back
};

/// The limit of a catalog record's text: a ledger of more births than fit cannot be kept.
constexpr std::size_t kMaxPartialState = 48U << 10;

/// What a stream begins with.
PartialState partial_state_of(const Arrival& arrival);

std::string encode(const PartialState& state);
/// Throws Error(kDamaged).
PartialState decode_partial_state(std::string_view bytes);

/// What the sender is told, in the form of `zfs send -t`.
stream::ResumeToken make_token(const stream::Begin& begin, const PartialState& state);

}  // namespace sealift::replicate
