// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keys.h>

#include "cli/command.h"
#include "cli/parser.h"
#include "os/keyring.h"

namespace sealift::cli {

/// Declares -L, which sets `location`.
void add_key_option(Parser& parser, std::string& location);

/// With `location` as -L gave it, what is loaded, and a person to ask. No core file is written
/// from now on.
KeyAccess key_access(const std::string& location);

/// Where loaded keys are. No core file is written from now on.
const os::Keyring& keyring();

}  // namespace sealift::cli
