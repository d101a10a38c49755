// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha512.h"

#include "crypto/openssl_digest.h"

namespace sealift::crypto {
namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = OpensslDigest::fetch("SHA512");
  return fetched;
}

}  // namespace

struct Sha512::Impl {
  OpensslDigest digest{algorithm()};
};

Sha512::Sha512() : impl_(std::make_unique<Impl>()) {}
Sha512::~Sha512() = default;
Sha512::Sha512(Sha512&&) noexcept = default;
Sha512& Sha512::operator=(Sha512&&) noexcept = default;

Sha512& Sha512::update(ByteView bytes) {
  impl_->digest.update(bytes);
  return *this;
}

Sha512Digest Sha512::finish() {
  Sha512Digest digest;
  impl_->digest.finish(digest);
  return digest;
}

}  // namespace sealift::crypto
