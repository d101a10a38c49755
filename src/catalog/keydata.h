// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/records.h"
#include "stream/nvlist.h"

namespace sealift::catalog {

/// The wrapping in a stream's crypt_keydata (OpenZFS module/zfs/dsl_crypt.c). Throws
/// Error(kDamaged) where a field is absent or of another size, Error(kRefused) for a suite or key
/// version that OpenZFS itself refuses.
Wrapping read_wrapping(const stream::Nvlist& keydata);

/// Sets the fields of `keydata` that depend on how the master key is wrapped.
void put_wrapping(stream::Nvlist& keydata, const Wrapping& wrapping);

}  // namespace sealift::catalog
