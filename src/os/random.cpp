// SPDX-License-Identifier: Apache-2.0
#include "os/random.h"

#include <sys/random.h>

#include <cerrno>

#include "os/errno.h"

namespace sealift::os {

namespace {

class SystemRandom final : public Random {
 public:
  void fill(ByteSpan into) const override {
    while (!into.empty()) {
      const ssize_t got = ::getrandom(into.data(), into.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail_errno("read", "the kernel's random numbers");
      into = into.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::uint64_t Random::guid() const {
  std::uint64_t value = 0;
  while (value == 0) fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value;
}

const Random& system_random() {
  static const SystemRandom random;
  return random;
}

}  // namespace sealift::os
