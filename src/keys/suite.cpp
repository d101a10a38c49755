// SPDX-License-Identifier: Apache-2.0
#include "keys/suite.h"

#include "base/error.h"
#include "stream/suite_name.h"

namespace sealift::keys {

const Suite& suite_of(std::uint64_t number) {
  using crypto::AeadMode;
  static const auto suite = [](std::uint64_t n, AeadMode mode, std::size_t key_bytes) {
    return Suite{n, stream::suite_name(n), mode, key_bytes};
  };
  static const Suite kSuites[] = {
      suite(3, AeadMode::kCcm, 16), suite(4, AeadMode::kCcm, 24), suite(5, AeadMode::kCcm, 32),
      suite(6, AeadMode::kGcm, 16), suite(7, AeadMode::kGcm, 24), suite(8, AeadMode::kGcm, 32),
  };
  for (const Suite& each : kSuites)
    if (each.number == number) return each;
  fail(ErrorKind::kRefused, "encryption suite {} is unknown", number);
}

}  // namespace sealift::keys
