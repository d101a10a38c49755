// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/aead.h"

namespace sealift::keys {

/// One of OpenZFS's ways to encrypt a dataset (include/sys/zio.h, ZIO_CRYPT_*).
struct Suite {
  std::uint64_t number;
  const char* name;  ///< as in the property `encryption`
  crypto::AeadMode mode;
  std::size_t key_bytes;
};

/// Throws Error(kRefused) for a number that is no suite.
const Suite& suite_of(std::uint64_t number);

}  // namespace sealift::keys
