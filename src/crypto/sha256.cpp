// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.h"

#include "crypto/openssl_digest.h"

namespace sealift::crypto {
namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = OpensslDigest::fetch("SHA256");
  return fetched;
}

}  // namespace

struct Sha256::Impl {
  OpensslDigest digest{algorithm()};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(ByteView bytes) {
  impl_->digest.update(bytes);
  return *this;
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  impl_->digest.finish(digest);
  return digest;
}

Sha256Digest sha256(ByteView bytes) {
  thread_local Sha256 context;
  return context.update(bytes).finish();
}

}  // namespace sealift::crypto
