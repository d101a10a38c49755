// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keys.h>

#include "cli/command.h"

namespace sealift::cli {

/// Declares -L, which sets `location`.
void add_key_option(CLI::App& app, std::string& location);

/// With `location` as -L gave it, and a person to ask.
KeyAccess key_access(const std::string& location);

}  // namespace sealift::cli
