// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "catalog/catalog.h"
#include "vault/transaction.h"

namespace sealift::catalog {

/// Gives back, in `transaction`, the blocks that only an orphan reaches. Both must outlive it.
std::function<void(const Orphan&)> make_release(const vault::Vault& vault,
                                                vault::Transaction& transaction);

}  // namespace sealift::catalog
