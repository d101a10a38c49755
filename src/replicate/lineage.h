// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "replicate/arrival.h"
#include "replicate/partial_state.h"

namespace sealift::replicate {

enum class Rollback : std::uint8_t { kForbidden, kAllowed };
enum class Parents : std::uint8_t { kMustExist, kMake };
/// May a plain stream become a dataset below an encrypted one, unencrypted as it is?
enum class PlainBelowSealed : std::uint8_t { kRefuse, kAllow };

/// Where a substream is to go.
struct Destination {
  std::string dataset;                       ///< full name
  std::string snapshot;                      ///< name behind the '@'
  Rollback rollback = Rollback::kForbidden;  ///< -F
  std::optional<std::string> origin;         ///< full name of a snapshot: receive as its clone
  Parents parents = Parents::kMustExist;
  PlainBelowSealed plain_below_sealed = PlainBelowSealed::kRefuse;

  std::string full_name() const { return dataset + '@' + snapshot; }
};

/// What the catalog has for a substream to build on.
struct Lineage {
  std::optional<catalog::DatasetRecord> dataset;   ///< there already
  std::optional<catalog::SnapshotRecord> base;     ///< newest common snapshot, or the origin
  bool is_clone = false;                           ///< of the base, and to be made
  bool is_there = false;                           ///< the snapshot itself is: nothing to do
  std::vector<catalog::SnapshotRecord> newer;      ///< than the base: to be rolled back
  std::optional<catalog::PartialReceive> partial;  ///< to be resumed
  objset::Birth birth;                             ///< for all that arrives
};

/// The rules of a receive that need no key (proto/lineage.md): may `arrival` become the next
/// snapshot of `destination`? Changes nothing. Throws Error: kState where the destination has to
/// be another or in another state, kRefused where it never can. Messages hold zfs's words.
Lineage check_lineage(const catalog::Catalog& catalog, const Arrival& arrival,
                      const Destination& destination);

/// True if both say that the same may be done at the same place: what `before` was found to be
/// still holds.
bool is_same(const Lineage& before, const Lineage& now);

}  // namespace sealift::replicate
