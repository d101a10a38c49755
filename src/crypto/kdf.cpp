// SPDX-License-Identifier: Apache-2.0
#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

#include "base/error.h"

namespace sealift::crypto {
namespace {

/// About a quarter of an hour on a machine of today.
constexpr std::uint64_t kMaxIterations = 1'000'000'000;

struct FreeContext {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

EVP_KDF* hkdf() {
  static EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  if (fetched == nullptr) fail(ErrorKind::kState, "OpenSSL offers no HKDF");
  return fetched;
}

EVP_KDF* pbkdf2() {
  static EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, "PBKDF2", nullptr);
  if (fetched == nullptr) fail(ErrorKind::kState, "OpenSSL offers no PBKDF2");
  return fetched;
}

Secret derive(EVP_KDF* kdf, const OSSL_PARAM* parameters, std::size_t size) {
  const std::unique_ptr<EVP_KDF_CTX, FreeContext> context(EVP_KDF_CTX_new(kdf));
  if (context == nullptr) throw std::bad_alloc();
  Secret derived(size);
  if (EVP_KDF_derive(context.get(), derived.span().data(), size, parameters) != 1)
    fail(ErrorKind::kBug, "OpenSSL's {} failed", EVP_KDF_get0_name(kdf));
  return derived;
}

/// OpenSSL's parameters take pointers to what they never write.
OSSL_PARAM octets(const char* name, ByteView bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()),
                                           bytes.size());
}

}  // namespace

Secret hkdf_sha512(const Secret& key, ByteView info, std::size_t size) {
  char digest[] = "SHA512";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, key.view()),
      octets(OSSL_KDF_PARAM_INFO, info),
      OSSL_PARAM_construct_end(),
  };
  return derive(hkdf(), parameters, size);
}

Secret pbkdf2_sha1(ByteView passphrase, const Pbkdf2& parameters, std::size_t size) {
  std::uint64_t iterations = parameters.iterations;
  if (iterations == 0 || iterations > kMaxIterations)
    fail(ErrorKind::kRefused, "pbkdf2iters is {}, more than {} are not tried", iterations,
         kMaxIterations);
  char digest[] = "SHA1";
  int any_size = 1;  // OpenZFS's salt of 8 bytes is below what NIST SP 800-132 asks for
  const OSSL_PARAM list[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
      octets(OSSL_KDF_PARAM_SALT, parameters.salt),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &iterations),
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &any_size),
      OSSL_PARAM_construct_end(),
  };
  return derive(pbkdf2(), list, size);
}

}  // namespace sealift::crypto
