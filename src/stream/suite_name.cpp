// SPDX-License-Identifier: Apache-2.0
#include "stream/suite_name.h"

#include <array>

namespace sealift::stream {

const char* suite_name(std::uint64_t suite) {
  static constexpr std::array kNames = {"aes-128-ccm", "aes-192-ccm", "aes-256-ccm",
                                        "aes-128-gcm", "aes-192-gcm", "aes-256-gcm"};
  constexpr std::uint64_t kFirst = 3;
  if (suite < kFirst || suite - kFirst >= kNames.size()) return nullptr;
  return kNames[suite - kFirst];
}

}  // namespace sealift::stream
