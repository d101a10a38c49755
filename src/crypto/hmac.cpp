// SPDX-License-Identifier: Apache-2.0
#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/error.h"

namespace sealift::crypto {
namespace {

void check(int result) {
  if (result != 1) fail(ErrorKind::kBug, "OpenSSL's HMAC failed");
}

EVP_MAC* algorithm() {
  static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (fetched == nullptr) fail(ErrorKind::kState, "OpenSSL offers no HMAC");
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

}  // namespace

struct HmacSha512::Impl {
  std::unique_ptr<EVP_MAC_CTX, FreeContext> context{EVP_MAC_CTX_new(algorithm())};

  explicit Impl(const Secret& key) {
    if (context == nullptr) throw std::bad_alloc();
    char digest[] = "SHA512";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    check(EVP_MAC_init(context.get(), key.view().data(), key.size(), params));
  }
};

HmacSha512::HmacSha512(const Secret& key) : impl_(std::make_unique<Impl>(key)) {}
HmacSha512::~HmacSha512() = default;
HmacSha512::HmacSha512(HmacSha512&&) noexcept = default;
HmacSha512& HmacSha512::operator=(HmacSha512&&) noexcept = default;

HmacSha512& HmacSha512::update(ByteView bytes) {
  check(EVP_MAC_update(impl_->context.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha512Digest HmacSha512::finish() {
  Sha512Digest code;
  std::size_t length = 0;
  check(EVP_MAC_final(impl_->context.get(), code.data(), &length, code.size()));
  check(EVP_MAC_init(impl_->context.get(), nullptr, 0, nullptr));
  return code;
}

}  // namespace sealift::crypto
