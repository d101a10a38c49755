// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sealift::os {

struct Timestamp {
  std::int64_t seconds = 0;  ///< Unix time
  std::uint32_t nanoseconds = 0;
  bool operator==(const Timestamp&) const = default;
};

}  // namespace sealift::os
