// SPDX-License-Identifier: Apache-2.0
#include "keys/block_sealer.h"

#include <algorithm>

#include "crypto/kdf.h"
#include "objset/object_type.h"

namespace sealift::keys {
namespace {

constexpr std::uint64_t kBlocksPerSalt = 400'000'000;  // ZFS_CURRENT_MAX_SALT_USES_DEFAULT
/// A call of the kernel's generator costs more than sealing a small block.
constexpr std::size_t kIvsAtOnce = 256;

}  // namespace

BlockSealer::BlockSealer(const MasterKey& key, const os::Random& random)
    : key_(key), random_(random), hmac_(key.hmac()) {}

void BlockSealer::take_salt() {
  random_.fill(salt_);
  cipher_.emplace(key_.suite().mode,
                  crypto::hkdf_sha512(key_.master(), salt_, key_.suite().key_bytes));
  uses_ = 0;
}

stream::Iv BlockSealer::next_iv() {
  stream::Iv iv;
  if (next_ == ivs_.size()) {
    ivs_.resize(kIvsAtOnce * iv.size());
    random_.fill(ivs_);
    next_ = 0;
  }
  std::copy_n(ivs_.begin() + static_cast<std::ptrdiff_t>(next_), iv.size(), iv.begin());
  next_ += iv.size();
  return iv;
}

stream::Sealing BlockSealer::seal_bound(ByteView associated, ByteSpan bytes) {
  if (!cipher_ || uses_ == kBlocksPerSalt) take_salt();
  ++uses_;
  stream::Sealing sealing;
  sealing.salt = salt_;
  sealing.iv = next_iv();
  sealing.mac = cipher_->seal({sealing.iv, associated}, bytes, bytes);
  return sealing;
}

stream::Sealing BlockSealer::seal(std::uint32_t object_type, ByteSpan bytes) {
  if (objset::is_encrypted_type(object_type)) return seal_bound({}, bytes);
  stream::Sealing sealing;
  const crypto::Sha512Digest code = hmac_.update(bytes).finish();
  std::copy_n(code.begin(), sealing.mac.size(), sealing.mac.begin());
  return sealing;
}

stream::Sealing BlockSealer::seal(SealedDnodes& dnodes) {
  return seal_bound(dnodes.associated, dnodes.sealed);
}

}  // namespace sealift::keys
