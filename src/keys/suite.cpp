// SPDX-License-Identifier: Apache-2.0
#include "keys/suite.h"

#include "base/error.h"

namespace sealift::keys {

const Suite& suite_of(std::uint64_t number) {
  using crypto::AeadMode;
  static constexpr Suite kSuites[] = {
      {3, "aes-128-ccm", AeadMode::kCcm, 16}, {4, "aes-192-ccm", AeadMode::kCcm, 24},
      {5, "aes-256-ccm", AeadMode::kCcm, 32}, {6, "aes-128-gcm", AeadMode::kGcm, 16},
      {7, "aes-192-gcm", AeadMode::kGcm, 24}, {8, "aes-256-gcm", AeadMode::kGcm, 32},
  };
  for (const Suite& suite : kSuites)
    if (suite.number == number) return suite;
  fail(ErrorKind::kRefused, "encryption suite {} is unknown", number);
}

}  // namespace sealift::keys
