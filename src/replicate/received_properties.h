// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/receive.h>

#include "catalog/operations.h"
#include "replicate/arriving_package.h"

namespace sealift::replicate {

/// Which dataset of a receive: -o sets properties of the topmost, and lets those below inherit.
enum class Place : std::uint8_t { kTop, kBelow };

/// The properties that a receive sets: what the stream brought, -o and -x.
class PropertyRules {
 public:
  /// `request` must outlive this. Throws Error(kUsage) for what cannot be set or excluded.
  explicit PropertyRules(const ReceiveRequest& request);

  /// Throws Error(kUsage) where -o and -x do not suit a stream of that kind.
  void check(bool is_raw) const;
  /// "-o encryption=off": a plain stream may stand below an encrypted dataset.
  bool keeps_plain() const { return keeps_plain_; }

  /// Puts the properties of a dataset in place. `received` replaces what was received before;
  /// nothing leaves it. Returns warnings.
  std::vector<std::string> apply(catalog::Change& change, const catalog::DatasetRecord& dataset,
                                 const std::optional<ReceivedProperties>& received,
                                 Place place) const;

 private:
  bool is_excluded(std::string_view name) const;
  void take_received(catalog::Catalog& catalog, catalog::PropertyOwner owner,
                     const ReceivedProperties& received) const;
  std::vector<std::string> exclude(catalog::Catalog& catalog,
                                   const catalog::DatasetRecord& dataset) const;
  void set_overrides(catalog::Catalog& catalog, const catalog::DatasetRecord& dataset,
                     Place place) const;

  const ReceiveRequest& request_;
  bool keeps_plain_ = false;
};

/// Puts a snapshot's received properties and its holds in place.
enum class Holds : std::uint8_t { kSkip, kSet };
void attach_to_snapshot(catalog::Change& change, catalog::SnapshotId id,
                        const ArrivingSnapshot& arriving, Holds holds);

/// True if what was received for a snapshot is `wanted`, no more and no less.
bool has_received(const catalog::Catalog& catalog, catalog::SnapshotId id,
                  const ReceivedProperties& wanted);
/// Makes `wanted` what was received for a snapshot.
void replace_received(catalog::Catalog& catalog, catalog::SnapshotId id,
                      const ReceivedProperties& wanted);

}  // namespace sealift::replicate
