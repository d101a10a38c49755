// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <array>
#include <cstdint>
#include <memory>

namespace sealift::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 of bytes that come in pieces. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(ByteView bytes);
  /// The digest of all that came since the last finish; the next update starts anew.
  Sha256Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// SHA-256 of `bytes`. Any thread; each keeps one context, so that small blocks pay for no setup.
Sha256Digest sha256(ByteView bytes);

}  // namespace sealift::crypto
