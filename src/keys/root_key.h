// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/catalog.h"
#include "keys/key_material.h"
#include "keys/wrapping_key.h"

namespace sealift::keys {

/// Reads the wrapping key of an encryption root from the location given, else from its own, and
/// shows that it opens the root. A person is asked up to three times. Throws Error(kWrongKey).
WrappingKey read_root_key(const catalog::Catalog& catalog, const catalog::DatasetRecord& root,
                          const KeyAccess& access);

}  // namespace sealift::keys
