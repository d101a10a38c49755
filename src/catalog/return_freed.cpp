// SPDX-License-Identifier: Apache-2.0
#include "catalog/return_freed.h"

#include <algorithm>

#include "base/error.h"
#include "vault/reserved_space.h"
#include "vault/return_space.h"

namespace sealift::catalog {
namespace {

constexpr std::uint64_t kReturnedAtOnce = 1U << 20;
constexpr std::uint64_t kShareOfAvailable = 16;

}  // namespace

void return_freed(vault::Vault& vault, std::uint64_t bytes, std::uint64_t available_bytes) {
  if (bytes == 0 || bytes < std::min(kReturnedAtOnce, available_bytes / kShareOfAvailable)) return;
  try {
    vault::return_space(vault);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRetry) throw;
    // The disk is full: what is set aside must do. What freed the bytes is committed in any case.
    if (const auto reserved = vault::ReservedSpace::take(vault)) reserved->return_freed();
  }
}

}  // namespace sealift::catalog
