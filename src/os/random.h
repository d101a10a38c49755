// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sealift::os {

/// Where random bytes come from; passed in, so that tests own them. Any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(ByteSpan into) const = 0;

  /// A random number that is not 0, as guids are.
  std::uint64_t guid() const;
};

/// The kernel's generator, fit for keys; lives as long as the process.
const Random& system_random();

}  // namespace sealift::os
