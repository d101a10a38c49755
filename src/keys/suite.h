// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/aead.h"

namespace sealift::keys {

/// One of OpenZFS's ways to encrypt a dataset (include/sys/zio.h, ZIO_CRYPT_*).
struct Suite {
  std::uint64_t number;
  const char* name;  ///< as in the property `encryption`
  crypto::AeadMode mode;
  std::size_t key_bytes;
};

/// What `encryption=on` means.
constexpr std::uint64_t kDefaultSuite = 8;

/// Of the property `encryption`, "on" included; null for "off". Throws Error(kUsage), in zfs's
/// words, for another text.
const Suite* parse_suite(std::string_view text);

/// Throws Error(kRefused) for a number that is no suite.
const Suite& suite_of(std::uint64_t number);

}  // namespace sealift::keys
