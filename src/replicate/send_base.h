// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "catalog/catalog.h"
#include "catalog/name.h"
#include "replicate/sender.h"

namespace sealift::replicate {

/// `base`, for a stream of `to`. Throws Error(kState) unless it is an earlier snapshot of the same
/// line: of the same dataset, or of the origin's up to the origin, and so on.
SendBase base_of(const catalog::Catalog& catalog, const catalog::SnapshotRecord& base,
                 const catalog::SnapshotRecord& to);

/// The snapshot or bookmark `name`, for a stream of `to`. Throws Error(kState) as base_of() does,
/// and where there is none.
SendBase resolve_base(const catalog::Catalog& catalog, const catalog::Name& name,
                      const catalog::SnapshotRecord& to);

/// A snapshot or bookmark of that guid, with its full name.
struct NamedBase {
  std::string name;
  SendBase base;
};
/// On the line of `to`, a snapshot rather than a bookmark. Nothing if there is none.
std::optional<NamedBase> find_base(const catalog::Catalog& catalog, std::uint64_t guid,
                                   const catalog::SnapshotRecord& to);

}  // namespace sealift::replicate
