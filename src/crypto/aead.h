// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "crypto/secret.h"

namespace sealift::crypto {

enum class AeadMode : std::uint8_t { kCcm, kGcm };

using AeadIv = std::array<std::uint8_t, 12>;
using AeadTag = std::array<std::uint8_t, 16>;

/// AES with authentication under one key, in OpenZFS's sizes: IVs of 12 bytes, tags of 16. With
/// such IVs a CCM message is shorter than 16 MiB: longer ones throw Error(kRefused). One thread at
/// a time.
class Aead {
 public:
  /// `key` has 16, 24 or 32 bytes.
  Aead(AeadMode mode, const Secret& key);
  ~Aead();
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;

  /// What a message is bound to.
  struct Binding {
    AeadIv iv{};
    ByteView associated;
  };
  /// Decrypts `sealed` into `plain`, which is as long and may be the same bytes. False, and
  /// `plain` is worth nothing, if `tag` is not that of the message.
  [[nodiscard]] bool open(const Binding& binding, const AeadTag& tag, ByteView sealed,
                          ByteSpan plain);
  /// Encrypts `plain` into `sealed`, which is as long and may be the same bytes. Never twice under
  /// the same IV.
  AeadTag seal(const Binding& binding, ByteView plain, ByteSpan sealed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::crypto
