// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/vault.h>

namespace sealift::catalog {

/// Gives a new vault its root dataset, named as the vault is.
void initialize(vault::Vault& vault, const Moment& moment);

}  // namespace sealift::catalog
