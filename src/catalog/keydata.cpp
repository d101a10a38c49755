// SPDX-License-Identifier: Apache-2.0
#include "catalog/keydata.h"

#include <algorithm>

#include "base/error.h"

namespace sealift::catalog {
namespace {

constexpr std::uint64_t kCurrentKeyVersion = 1;  // ZIO_CRYPT_KEY_CURRENT_VERSION
constexpr std::uint64_t kFirstSuite = 3;         // ZIO_CRYPT_AES_128_CCM
constexpr std::uint64_t kLastSuite = 8;          // ZIO_CRYPT_AES_256_GCM
constexpr std::uint64_t kLastKeyFormat = 3;      // ZFS_KEYFORMAT_PASSPHRASE

std::uint64_t number(const stream::Nvlist& keydata, std::string_view name) {
  const auto value = keydata.get_u64(name);
  if (!value) fail(ErrorKind::kDamaged, "crypt_keydata has no {}", name);
  return *value;
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes(const stream::Nvlist& keydata, std::string_view name) {
  const Bytes* value = keydata.get_u8_array(name);
  if (value == nullptr || value->size() != N)
    fail(ErrorKind::kDamaged, "crypt_keydata has no {} of {} bytes", name, N);
  std::array<std::uint8_t, N> array;
  std::copy(value->begin(), value->end(), array.begin());
  return array;
}

}  // namespace

void put_wrapping(stream::Nvlist& keydata, const Wrapping& wrapping) {
  keydata.add_u8_array("DSL_CRYPTO_MASTER_KEY_1", wrapping.master_key);
  keydata.add_u8_array("DSL_CRYPTO_HMAC_KEY_1", wrapping.hmac_key);
  keydata.add_u8_array("DSL_CRYPTO_IV", wrapping.iv);
  keydata.add_u8_array("DSL_CRYPTO_MAC", wrapping.mac);
  keydata.add_u64("keyformat", wrapping.key_format);
  keydata.add_u64("pbkdf2iters", wrapping.pbkdf2_iters);
  keydata.add_u64("pbkdf2salt", wrapping.pbkdf2_salt);
}

Wrapping read_wrapping(const stream::Nvlist& keydata) {
  Wrapping wrapping;
  wrapping.suite = number(keydata, "DSL_CRYPTO_SUITE");
  wrapping.key_guid = number(keydata, "DSL_CRYPTO_GUID");
  wrapping.version = number(keydata, "DSL_CRYPTO_VERSION");
  wrapping.master_key = bytes<32>(keydata, "DSL_CRYPTO_MASTER_KEY_1");
  wrapping.hmac_key = bytes<64>(keydata, "DSL_CRYPTO_HMAC_KEY_1");
  wrapping.iv = bytes<12>(keydata, "DSL_CRYPTO_IV");
  wrapping.mac = bytes<16>(keydata, "DSL_CRYPTO_MAC");
  wrapping.key_format = number(keydata, "keyformat");
  wrapping.pbkdf2_iters = number(keydata, "pbkdf2iters");
  wrapping.pbkdf2_salt = number(keydata, "pbkdf2salt");
  if (wrapping.suite < kFirstSuite || wrapping.suite > kLastSuite)
    fail(ErrorKind::kRefused, "DSL_CRYPTO_SUITE {} is no encryption suite", wrapping.suite);
  if (wrapping.version != kCurrentKeyVersion)
    fail(ErrorKind::kRefused, "DSL_CRYPTO_VERSION {} is not supported, only {}", wrapping.version,
         kCurrentKeyVersion);
  if (wrapping.key_format == 0 || wrapping.key_format > kLastKeyFormat)
    fail(ErrorKind::kRefused, "keyformat {} is unknown", wrapping.key_format);
  const bool is_passphrase = wrapping.key_format == kLastKeyFormat;
  if ((wrapping.pbkdf2_iters != 0) != is_passphrase || (wrapping.pbkdf2_salt != 0) != is_passphrase)
    fail(ErrorKind::kDamaged, "pbkdf2iters and pbkdf2salt do not suit keyformat {}",
         wrapping.key_format);
  return wrapping;
}

}  // namespace sealift::catalog
