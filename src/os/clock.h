// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sealift::os {

/// Where time comes from; passed in, so that tests own it. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since 1970, UTC.
  virtual std::int64_t now_seconds() const = 0;
};

/// The machine's clock; lives as long as the process.
const Clock& system_clock();

}  // namespace sealift::os
