// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealift::cli {

/// The one of `known` that `typed` was probably meant to be; empty if none is near.
std::string suggest(std::string_view typed, const std::vector<std::string>& known);

}  // namespace sealift::cli
