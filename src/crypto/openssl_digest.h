// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "base/bytes.h"
#include "base/error.h"

namespace sealift::crypto {

/// A hash of OpenSSL's over bytes that come in pieces.
class OpensslDigest {
 public:
  /// An algorithm by OpenSSL's name. Keep what it returns: fetching costs more than a small block.
  static const EVP_MD* fetch(const char* name) {
    const EVP_MD* const fetched = EVP_MD_fetch(nullptr, name, nullptr);
    if (fetched == nullptr) fail(ErrorKind::kState, "OpenSSL offers no {}", name);
    return fetched;
  }

  explicit OpensslDigest(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr) throw std::bad_alloc();
    check(EVP_DigestInit_ex2(context_.get(), algorithm, nullptr));
  }

  void update(ByteView bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  /// Fills `into`, which has the hash's size; the next update starts anew.
  void finish(ByteSpan into) {
    auto length = static_cast<unsigned>(into.size());
    check(EVP_DigestFinal_ex(context_.get(), into.data(), &length));
    check(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr));
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  static void check(int result) {
    if (result != 1) fail(ErrorKind::kBug, "OpenSSL could not hash");
  }

  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace sealift::crypto
