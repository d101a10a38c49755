// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "replicate/arrival.h"

namespace sealift::replicate {

enum class Rollback : std::uint8_t { kForbidden, kAllowed };

/// Where a substream is to go.
struct Destination {
  std::string dataset;                       ///< full name
  std::string snapshot;                      ///< name behind the '@'
  Rollback rollback = Rollback::kForbidden;  ///< -F
  std::optional<std::string> origin;         ///< full name of a snapshot: receive as its clone
};

/// What the catalog has for a substream to build on.
struct Lineage {
  std::optional<catalog::DatasetRecord> dataset;  ///< there already
  std::optional<catalog::DatasetRecord> parent;   ///< of the one to be made
  std::string name;                               ///< last component
  std::optional<catalog::SnapshotRecord> base;    ///< newest common snapshot, or the origin
  bool is_clone = false;
  std::vector<catalog::SnapshotRecord> newer;  ///< than the base: to be rolled back
  objset::Birth birth;                         ///< for all that arrives
};

/// The rules of a receive that need no key (proto/lineage.md): may `arrival` become the next
/// snapshot of `destination`? Changes nothing. Throws Error: kState where the destination has to
/// be another or in another state, kRefused where it never can.
Lineage check_lineage(const catalog::Catalog& catalog, const Arrival& arrival,
                      const Destination& destination);

}  // namespace sealift::replicate
