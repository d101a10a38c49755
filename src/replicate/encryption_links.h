// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "catalog/catalog.h"
#include "replicate/arriving_package.h"

namespace sealift::replicate {

/// Decides under which encryption root a new dataset of a raw package comes to stand.
///
/// A link is made only where it is shown that the root's wrapping key opens the dataset: the
/// package says that it does so at the source, the root stands here, and its wrapping in force has
/// the same parameters. For passphrases these hold a random salt. For other formats they prove
/// nothing, so the root's wrapping in force must be the very one that came with this package.
class EncryptionLinks {
 public:
  /// `package` must outlive this; `top` is where its topmost dataset went.
  EncryptionLinks(const ArrivingPackage& package, std::string top)
      : package_(package), top_(std::move(top)) {}

  /// A stream of this package brought `wrapping` for `dataset`.
  void note(catalog::DatasetId dataset, catalog::WrappingId wrapping) {
    arrived_[dataset] = wrapping;
  }

  /// The root for what `entry` tells of, which comes with `wrapping`; nothing: itself.
  std::optional<catalog::DatasetId> find_root(const catalog::Catalog& catalog,
                                              const ArrivingDataset& entry,
                                              const catalog::Wrapping& wrapping) const;
  /// True if `entry` inherits its key at the source from a dataset of the package.
  bool inherits(const ArrivingDataset& entry) const;

 private:
  const ArrivingDataset* root_at_source(const ArrivingDataset& entry) const;
  std::optional<catalog::DatasetRecord> find_here(const catalog::Catalog& catalog,
                                                  const ArrivingDataset& entry) const;

  const ArrivingPackage& package_;
  std::string top_;
  std::map<catalog::DatasetId, catalog::WrappingId> arrived_;
};

}  // namespace sealift::replicate
