// SPDX-License-Identifier: Apache-2.0
#include "keys/wrapping_key.h"

#include <algorithm>

#include "base/endian.h"
#include "base/error.h"
#include "crypto/kdf.h"

// How material becomes a key: OpenZFS lib/libzfs/libzfs_crypto.c.

namespace sealift::keys {
namespace {

using crypto::Secret;

constexpr std::size_t kHexDigits = 2 * WrappingKey::kBytes;

void check_length(const char* kind, std::size_t length, std::size_t expected) {
  if (length != expected)
    fail(ErrorKind::kUsage, "{} key too {} (expected {})", kind,
         length < expected ? "short" : "long", expected);
}

std::uint8_t nibble(std::uint8_t digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const std::uint8_t lower = digit | 0x20;
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  fail(ErrorKind::kUsage, "invalid hex character in the key");
}

Secret from_hex(ByteView digits) {
  check_length("hex", digits.size(), kHexDigits);
  Secret key(WrappingKey::kBytes);
  for (std::size_t i = 0; i < key.size(); ++i)
    key.span()[i] =
        static_cast<std::uint8_t>(nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]));
  return key;
}

Secret from_passphrase(const Secret& material, const Derivation& derivation) {
  const ByteView passphrase = first_line(material);
  if (passphrase.empty()) fail(ErrorKind::kUsage, "the passphrase is empty");
  std::uint8_t salt[sizeof derivation.pbkdf2_salt];
  store(salt, derivation.pbkdf2_salt, Endian::kLittle);
  return crypto::pbkdf2_sha1(passphrase, {salt, derivation.pbkdf2_iterations}, WrappingKey::kBytes);
}

Secret make_key(const Secret& material, const Derivation& derivation) {
  switch (derivation.format) {
    case KeyFormat::kRaw:
      check_length("raw", material.size(), WrappingKey::kBytes);
      return Secret::copy_of(material.view());
    case KeyFormat::kHex:
      return from_hex(first_line(material));
    case KeyFormat::kPassphrase:
      break;
  }
  return from_passphrase(material, derivation);
}

}  // namespace

KeyFormat key_format_of(std::uint64_t number) {
  if (number < 1 || number > 3) fail(ErrorKind::kRefused, "keyformat {} is unknown", number);
  return static_cast<KeyFormat>(number);
}

const char* name_of(KeyFormat format) {
  switch (format) {
    case KeyFormat::kRaw:
      return "raw";
    case KeyFormat::kHex:
      return "hex";
    case KeyFormat::kPassphrase:
      break;
  }
  return "passphrase";
}

ByteView first_line(const Secret& material) {
  const ByteView all = material.view();
  const auto end =
      std::find_if(all.begin(), all.end(), [](auto byte) { return byte == '\n' || byte == 0; });
  return all.first(static_cast<std::size_t>(end - all.begin()));
}

WrappingKey WrappingKey::derive(const Secret& material, const Derivation& derivation) {
  return WrappingKey(make_key(material, derivation));
}

WrappingKey WrappingKey::from_bytes(Secret bytes) {
  SEALIFT_ASSERT(bytes.size() == kBytes);
  return WrappingKey(std::move(bytes));
}

}  // namespace sealift::keys
