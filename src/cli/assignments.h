// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/dataset.h>

#include <string>
#include <vector>

namespace sealift::cli {

/// "property=value" taken apart. Throws kUsage for one without '=' and for a property named twice.
Properties parse_assignments(const std::vector<std::string>& texts);

}  // namespace sealift::cli
