// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

namespace sealift::cli {

/// "90", "90s", "15m", "8h", "2d": more than nothing, at most ten years. Throws Error(kUsage) for
/// any other.
std::chrono::seconds parse_duration(std::string_view text);

}  // namespace sealift::cli
