// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sealift::os {

/// Throws Error for the current errno: "cannot write segments/1: No space left on device".
/// Out of space or memory is kRetry, a failing device kDamaged, all else kState.
[[noreturn]] void fail_errno(std::string_view verb, std::string_view path);

}  // namespace sealift::os
