// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.h"

#include <openssl/evp.h>

#include "base/error.h"

namespace sealift::crypto {

namespace {

void check(int result) {
  if (result != 1) fail(ErrorKind::kBug, "OpenSSL's SHA-256 failed");
}

/// Fetched once: an implicit fetch costs more than hashing a small block.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr) fail(ErrorKind::kState, "OpenSSL offers no SHA-256");
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};

  Impl() {
    if (context == nullptr) throw std::bad_alloc();
    check(EVP_DigestInit_ex2(context.get(), algorithm(), nullptr));
  }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(ByteView bytes) {
  check(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  unsigned length = digest.size();
  check(EVP_DigestFinal_ex(impl_->context.get(), digest.data(), &length));
  check(EVP_DigestInit_ex2(impl_->context.get(), nullptr, nullptr));
  return digest;
}

Sha256Digest sha256(ByteView bytes) {
  thread_local Sha256 context;
  return context.update(bytes).finish();
}

}  // namespace sealift::crypto
