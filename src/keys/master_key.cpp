// SPDX-License-Identifier: Apache-2.0
#include "keys/master_key.h"

#include <algorithm>

#include "base/endian.h"
#include "base/error.h"

namespace sealift::keys {
namespace {

using crypto::Secret;

constexpr std::size_t kHmacBytes = 64;
constexpr std::uint64_t kVersion = 1;  // ZIO_CRYPT_KEY_CURRENT_VERSION

/// What a wrapped key is bound to: guid, suite and version, little-endian
/// (module/os/linux/zfs/zio_crypt.c, zio_crypt_key_wrap). Before version 1 only the guid.
Bytes binding_of(const catalog::Wrapping& wrapping) {
  const std::uint64_t words[] = {wrapping.key_guid, wrapping.suite, wrapping.version};
  Bytes bytes(wrapping.version == 0 ? sizeof words[0] : sizeof words);
  for (std::size_t at = 0; at < bytes.size(); at += sizeof words[0])
    store(bytes.data() + at, words[at / sizeof words[0]], Endian::kLittle);
  return bytes;
}

/// Wrapping takes the suite's mode, and AES-256 always.
crypto::Aead wrapper_of(const Suite& suite, const WrappingKey& key) {
  return crypto::Aead(suite.mode, key.bytes());
}

}  // namespace

MasterKey::MasterKey(const catalog::Wrapping& wrapping)
    : suite_(suite_of(wrapping.suite)),
      guid_(wrapping.key_guid),
      version_(wrapping.version),
      master_(suite_.key_bytes),
      hmac_(kHmacBytes) {}

std::optional<MasterKey> MasterKey::unwrap(const catalog::Wrapping& wrapping,
                                           const WrappingKey& key) {
  MasterKey opened(wrapping);
  const std::size_t master_bytes = opened.master_.size();
  Secret both(master_bytes + kHmacBytes);
  std::copy_n(wrapping.master_key.begin(), master_bytes, both.span().begin());
  std::copy_n(wrapping.hmac_key.begin(), kHmacBytes, both.span().begin() + master_bytes);
  const Bytes associated = binding_of(wrapping);
  crypto::Aead wrapper = wrapper_of(opened.suite_, key);
  if (!wrapper.open({wrapping.iv, associated}, wrapping.mac, both.view(), both.span()))
    return std::nullopt;
  opened.master_ = Secret::copy_of(both.view().first(master_bytes));
  opened.hmac_ = Secret::copy_of(both.view().subspan(master_bytes));
  return opened;
}

MasterKey MasterKey::generate(const Suite& suite, const os::Random& random) {
  catalog::Wrapping fresh;
  fresh.suite = suite.number;
  fresh.version = kVersion;
  fresh.key_guid = random.guid();
  MasterKey made(fresh);
  random.fill(made.master_.span());
  random.fill(made.hmac_.span());
  return made;
}

catalog::Wrapping MasterKey::wrap(const WrappingKey& key, const Derivation& derivation,
                                  const os::Random& random) const {
  catalog::Wrapping wrapping;
  wrapping.suite = suite_.number;
  wrapping.key_guid = guid_;
  wrapping.version = version_;
  wrapping.key_format = static_cast<std::uint64_t>(derivation.format);
  wrapping.pbkdf2_salt = derivation.pbkdf2_salt;
  wrapping.pbkdf2_iters = derivation.pbkdf2_iterations;
  random.fill(wrapping.iv);

  Secret both(master_.size() + kHmacBytes);
  const auto middle = std::copy_n(master_.view().begin(), master_.size(), both.span().begin());
  std::copy_n(hmac_.view().begin(), kHmacBytes, middle);
  const Bytes associated = binding_of(wrapping);
  wrapping.mac = wrapper_of(suite_, key).seal({wrapping.iv, associated}, both.view(), both.span());
  std::copy_n(both.view().begin(), master_.size(), wrapping.master_key.begin());
  std::copy_n(both.view().begin() + master_.size(), kHmacBytes, wrapping.hmac_key.begin());
  return wrapping;
}

Derivation derivation_of(const catalog::Wrapping& wrapping) {
  return {key_format_of(wrapping.key_format), wrapping.pbkdf2_salt, wrapping.pbkdf2_iters};
}

}  // namespace sealift::keys
