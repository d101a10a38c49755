// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vault/appender.h"

namespace sealift::vault {

/// Gives the space that was freed so far back to the file system now, not in the course of later
/// commits: commits the state as it is until no retained uberblock reaches what was freed before.
/// Stops early where a reader still holds an older state. `vault` is open for writing.
void return_space(Vault& vault);
/// The same with commits that `appender` writes.
void return_space(Vault& vault, Appender& appender);

}  // namespace sealift::vault
