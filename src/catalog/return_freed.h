// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "vault/vault.h"

namespace sealift::catalog {

/// After a commit that freed `bytes`: gives them back to the file system before anything else
/// happens, if they are worth the commits that takes, or much beside the `available_bytes` that
/// the file system has left. `vault` is open for writing.
void return_freed(vault::Vault& vault, std::uint64_t bytes,
                  std::uint64_t available_bytes = UINT64_MAX);

}  // namespace sealift::catalog
