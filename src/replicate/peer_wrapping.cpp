// SPDX-License-Identifier: Apache-2.0
#include "replicate/peer_wrapping.h"

#include "base/error.h"
#include "catalog/keydata.h"
#include "replicate/send_check.h"

namespace sealift::replicate {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Wrapping;

/// The part of a crypt_keydata that identifies a master key.
stream::Nvlist key_of(const DatasetRecord& dataset) {
  stream::Nvlist key;
  key.add_u64("DSL_CRYPTO_SUITE", dataset.key->suite);
  key.add_u64("DSL_CRYPTO_GUID", dataset.key->key_guid);
  key.add_u64("DSL_CRYPTO_VERSION", dataset.key->version);
  return key;
}

Wrapping to_wrapping(const stream::PeerWrapping& peer) {
  Wrapping wrapping = catalog::read_wrapping(peer.fields);
  wrapping.from = peer.from;
  return wrapping;
}

}  // namespace

std::optional<Wrapping> wrapping_to_send(const Catalog& catalog, const DatasetRecord& dataset,
                                         const SendRequest& request, PeerHasKey has_key) {
  if (!request.peer) return choose_wrapping(catalog, dataset, request.wrapping);
  if (!dataset.key) {
    if (has_key == PeerHasKey::kMay) return std::nullopt;
    fail(ErrorKind::kState, "{} is not encrypted, and has no wrappings",
         catalog.full_name(dataset.id));
  }
  const stream::Nvlist key = key_of(dataset);
  const stream::PeerWrapping* found = request.peer->keys().match(key);
  if (found == nullptr) {
    if (has_key == PeerHasKey::kMay) return choose_wrapping(catalog, dataset, "");
    fail(ErrorKind::kRefused, "{} has {}, and the peer has {}", catalog.full_name(dataset.id),
         stream::describe_key(key), request.peer->keys().describe());
  }
  const Wrapping wrapping = to_wrapping(*found);
  if (!catalog.wrapping(dataset.id, wrapping.id()))
    fail(ErrorKind::kState, "wrapping {} of the peer is not in the journal of {}",
         catalog::to_text(wrapping.id()), catalog.full_name(dataset.id));
  return wrapping;
}

std::size_t journal_wrappings(catalog::Change& change, const stream::PeerKeys& peer) {
  Catalog& catalog = change.catalog;
  std::size_t fresh = 0;
  for (const DatasetRecord& dataset : catalog::with_descendants(catalog, catalog.root())) {
    if (!dataset.key) continue;
    const stream::PeerWrapping* found = peer.match(key_of(dataset));
    if (found == nullptr) continue;
    Wrapping wrapping = to_wrapping(*found);
    wrapping.arrived_seconds = change.now_seconds;
    if (catalog.wrapping(dataset.id, wrapping.id())) continue;
    catalog.add_wrapping(dataset.id, wrapping);
    ++fresh;
  }
  return fresh;
}

}  // namespace sealift::replicate
