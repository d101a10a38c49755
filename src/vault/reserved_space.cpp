// SPDX-License-Identifier: Apache-2.0
#include "vault/reserved_space.h"

#include "base/error.h"
#include "vault/return_space.h"
#include "vault/vault_impl.h"

namespace sealift::vault {

std::unique_ptr<ReservedSpace> ReservedSpace::take(Vault& vault) {
  try {
    return std::unique_ptr<ReservedSpace>(new ReservedSpace(vault));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRetry) throw;
    return nullptr;
  }
}

ReservedSpace::ReservedSpace(Vault& vault)
    : vault_(vault), appender_(std::make_unique<Appender>(vault, Appender::Space::kReserved)) {}

void ReservedSpace::return_freed() noexcept {
  try {
    return_space(vault_, *appender_);
  } catch (...) {
    // What frees is committed; this is only sooner or later.
  }
}

ReservedSpace::~ReservedSpace() {
  appender_.reset();  // gives up what it did not need
  try {
    vault_.impl().storage().keep_reserve();
  } catch (...) {
    // Whoever opens the vault for writing next tries again.
  }
}

}  // namespace sealift::vault
