// SPDX-License-Identifier: Apache-2.0
#include "keys/block_cipher.h"

#include <algorithm>

#include "crypto/kdf.h"
#include "objset/object_type.h"

namespace sealift::keys {
namespace {

/// OpenZFS takes a new salt every 400 million blocks and at each import: few at a time are in use.
constexpr std::size_t kMaxCiphers = 64;

}  // namespace

BlockCipher::BlockCipher(const MasterKey& key) : key_(key), hmac_(key.hmac()) {}

crypto::Aead& BlockCipher::cipher_of(const stream::Salt& salt) {
  const auto found = ciphers_.find(salt);
  if (found != ciphers_.end()) return found->second;
  if (ciphers_.size() == kMaxCiphers) ciphers_.clear();
  const crypto::Secret derived = crypto::hkdf_sha512(key_.master(), salt, key_.suite().key_bytes);
  return ciphers_.emplace(salt, crypto::Aead(key_.suite().mode, derived)).first->second;
}

bool BlockCipher::open(const stream::Sealing& sealing, std::uint32_t object_type, ByteView stored,
                       ByteSpan plain) {
  if (objset::is_encrypted_type(object_type))
    return cipher_of(sealing.salt).open({sealing.iv, {}}, sealing.mac, stored, plain);
  const crypto::Sha512Digest code = hmac_.update(stored).finish();
  std::copy(stored.begin(), stored.end(), plain.begin());
  const bool has_no_cipher = sealing.salt == stream::Salt{} && sealing.iv == stream::Iv{};
  return has_no_cipher && crypto::is_equal(ByteView(code).first(sealing.mac.size()), sealing.mac);
}

bool BlockCipher::open(const stream::Sealing& sealing, SealedDnodes& dnodes) {
  return cipher_of(sealing.salt)
      .open({sealing.iv, dnodes.associated}, sealing.mac, dnodes.sealed, dnodes.sealed);
}

PortableMac BlockCipher::portable_mac(ByteView message) {
  const crypto::Sha512Digest code = hmac_.update(message).finish();
  PortableMac mac;
  std::copy_n(code.begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace sealift::keys
