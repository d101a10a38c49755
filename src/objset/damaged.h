// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace sealift::objset {

[[noreturn]] inline void damaged(std::uint64_t object, std::string_view what) {
  fail(ErrorKind::kDamaged, "object {}: {}", object, what);
}

}  // namespace sealift::objset
