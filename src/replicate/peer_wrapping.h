// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/send.h>

#include "catalog/catalog.h"
#include "catalog/operations.h"
#include "stream/peer_keys.h"

namespace sealift::replicate {

/// Whether a peer must have the master key of what is sent: it has, or the stream cannot build on
/// anything there. A package may bring it what is new.
enum class PeerHasKey { kMust, kMay };

/// The wrapping to put into a stream of `dataset`: the peer's, if `request` names one, else the
/// one that choose_wrapping() gives. Throws Error as that does; kRefused, naming both, where the
/// peer has another master key or suite; kState where the peer's is not in the dataset's journal.
std::optional<catalog::Wrapping> wrapping_to_send(const catalog::Catalog& catalog,
                                                  const catalog::DatasetRecord& dataset,
                                                  const SendRequest& request, PeerHasKey has_key);

/// Journals the wrappings of `peer` with all datasets of their master keys; returns how many were
/// new.
std::size_t journal_wrappings(catalog::Change& change, const stream::PeerKeys& peer);

}  // namespace sealift::replicate
