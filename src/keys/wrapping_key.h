// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/secret.h"

namespace sealift::keys {

/// What a wrapping key is made from: the property `keyformat`, with OpenZFS's numbers
/// (include/sys/fs/zfs.h, zfs_keyformat_t).
enum class KeyFormat : std::uint8_t { kRaw = 1, kHex = 2, kPassphrase = 3 };

/// Throws Error(kRefused) for a number that is no format.
KeyFormat key_format_of(std::uint64_t number);
const char* name_of(KeyFormat format);

/// How a wrapping key comes from its material.
struct Derivation {
  KeyFormat format = KeyFormat::kRaw;
  std::uint64_t pbkdf2_salt = 0;  ///< this and the next: 0 unless a passphrase
  std::uint64_t pbkdf2_iterations = 0;

  bool operator==(const Derivation&) const = default;
};

/// What a hex key or a passphrase is taken from: up to the first newline or NUL.
ByteView first_line(const crypto::Secret& material);

/// What encrypts master keys: 32 bytes, whatever the suite.
class WrappingKey {
 public:
  static constexpr std::size_t kBytes = 32;

  /// From what a key file or a person gave: 32 bytes, or a first line that is 64 hexadecimal digits
  /// or a passphrase. Throws Error(kUsage) for any other.
  static WrappingKey derive(const crypto::Secret& material, const Derivation& derivation);
  /// `bytes` are the key itself.
  static WrappingKey from_bytes(crypto::Secret bytes);

  const crypto::Secret& bytes() const { return bytes_; }

 private:
  explicit WrappingKey(crypto::Secret bytes) : bytes_(std::move(bytes)) {}

  crypto::Secret bytes_;
};

}  // namespace sealift::keys
