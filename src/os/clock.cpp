// SPDX-License-Identifier: Apache-2.0
#include "os/clock.h"

#include <ctime>

namespace sealift::os {

namespace {

class SystemClock final : public Clock {
 public:
  std::int64_t now_seconds() const override { return std::time(nullptr); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace sealift::os
