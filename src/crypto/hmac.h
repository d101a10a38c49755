// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "crypto/secret.h"
#include "crypto/sha512.h"

namespace sealift::crypto {

/// HMAC-SHA512 under one key, of bytes that come in pieces. One thread at a time.
class HmacSha512 {
 public:
  explicit HmacSha512(const Secret& key);
  ~HmacSha512();
  HmacSha512(HmacSha512&&) noexcept;
  HmacSha512& operator=(HmacSha512&&) noexcept;

  HmacSha512& update(ByteView bytes);
  /// The code of all that came since the last finish; the next update starts anew.
  Sha512Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::crypto
