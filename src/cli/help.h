// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sealift::cli {

/// The exit codes as every help text ends with them.
std::string exit_code_help();

/// Folds lines of `text` at 80 columns; what follows is indented as the description was.
std::string fold(const std::string& text);

}  // namespace sealift::cli
