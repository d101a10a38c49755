// SPDX-License-Identifier: Apache-2.0
#include "catalog/return_freed.h"

#include "base/error.h"
#include "vault/return_space.h"

namespace sealift::catalog {
namespace {

constexpr std::uint64_t kReturnedAtOnce = 1U << 20;

}  // namespace

void return_freed(vault::Vault& vault, std::uint64_t bytes) {
  if (bytes < kReturnedAtOnce) return;
  try {
    vault::return_space(vault);
  } catch (const Error& error) {
    // What freed them is committed; where the disk is full, they come back with later commits.
    if (error.kind() != ErrorKind::kRetry) throw;
  }
}

}  // namespace sealift::catalog
