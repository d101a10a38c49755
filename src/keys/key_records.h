// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"

// What the catalog says about who is opened by whose key.

namespace sealift::keys {

/// The wrapping that is in force. Throws Error(kDamaged) where it is lost.
catalog::Wrapping own_wrapping(const catalog::Catalog& catalog,
                               const catalog::DatasetRecord& dataset);

/// The dataset whose wrapping key opens `dataset`, which is encrypted.
catalog::DatasetRecord encryption_root(const catalog::Catalog& catalog,
                                       const catalog::DatasetRecord& dataset);

/// The property keylocation of `root` if it was set here; else empty: what a stream brought names
/// no file of this machine.
std::string stored_location(const catalog::Catalog& catalog, const catalog::DatasetRecord& root);

/// All whose key changes together with that of `dataset`, itself first. For an encryption root
/// these are all that its key opens, wherever they stand. For an heir: what below it has the same
/// root, and the clones of all these with what is below them (OpenZFS module/zfs/dsl_crypt.c,
/// spa_keystore_change_key_sync_impl).
std::vector<catalog::DatasetRecord> key_family(const catalog::Catalog& catalog,
                                               const catalog::DatasetRecord& dataset);

/// The encryption roots at and below `dataset`, parents first.
std::vector<catalog::DatasetRecord> roots_within(const catalog::Catalog& catalog,
                                                 const catalog::DatasetRecord& dataset);

}  // namespace sealift::keys
