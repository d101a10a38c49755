// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace sealift::crypto {

using Sha512Digest = std::array<std::uint8_t, 64>;

/// SHA-512 of bytes that come in pieces. One thread at a time.
class Sha512 {
 public:
  Sha512();
  ~Sha512();
  Sha512(Sha512&&) noexcept;
  Sha512& operator=(Sha512&&) noexcept;

  Sha512& update(ByteView bytes);
  /// The digest of all that came since the last finish; the next update starts anew.
  Sha512Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::crypto
