// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead.h"

#include <openssl/evp.h>

#include <climits>

#include "base/error.h"

namespace sealift::crypto {
namespace {

/// A CCM message's length is told in the 15 - 12 bytes that the IV leaves.
constexpr std::size_t kCcmLimit = 1U << 24;

void check(int result) {
  if (result != 1) fail(ErrorKind::kBug, "OpenSSL's AES failed");
}

/// OpenSSL counts in int.
int length_of(ByteView bytes) {
  SEALIFT_ASSERT(bytes.size() <= INT_MAX);
  return static_cast<int>(bytes.size());
}

/// OpenSSL takes a null pointer for associated data, or for the end of the message.
template <class Byte>
Byte* start_of(std::span<Byte> bytes, Byte* nothing) {
  return bytes.empty() ? nothing : bytes.data();
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// Fetched once: an implicit fetch costs more than a small block.
const EVP_CIPHER* algorithm(AeadMode mode, std::size_t key_bytes) {
  static const auto fetch = [](const char* name) {
    return EVP_CIPHER_fetch(nullptr, name, nullptr);
  };
  static const EVP_CIPHER* const ciphers[2][3] = {
      {fetch("AES-128-CCM"), fetch("AES-192-CCM"), fetch("AES-256-CCM")},
      {fetch("AES-128-GCM"), fetch("AES-192-GCM"), fetch("AES-256-GCM")},
  };
  SEALIFT_ASSERT(key_bytes == 16 || key_bytes == 24 || key_bytes == 32);
  const EVP_CIPHER* cipher = ciphers[static_cast<unsigned>(mode)][key_bytes / 8 - 2];
  if (cipher == nullptr) fail(ErrorKind::kState, "OpenSSL offers no AES in this mode");
  return cipher;
}

}  // namespace

/// One context for each direction: turning one round would expand the key anew.
struct Aead::Impl {
  AeadMode mode;
  Context opener;
  Context sealer;

  Impl(AeadMode wanted, const Secret& key) : mode(wanted) {
    opener = make(key, 0);
    sealer = make(key, 1);
  }

  Context make(const Secret& key, int seals) const {
    Context context(EVP_CIPHER_CTX_new());
    if (context == nullptr) throw std::bad_alloc();
    check(EVP_CipherInit_ex2(context.get(), algorithm(mode, key.size()), nullptr, nullptr, seals,
                             nullptr));
    check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, AeadIv{}.size(), nullptr));
    if (mode == AeadMode::kCcm)
      check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, AeadTag{}.size(), nullptr));
    check(EVP_CipherInit_ex2(context.get(), nullptr, key.view().data(), nullptr, -1, nullptr));
    return context;
  }

  /// All before the message itself. CCM wants to know its length first.
  void begin(EVP_CIPHER_CTX* context, const Binding& binding, std::size_t size) const {
    check(EVP_CipherInit_ex2(context, nullptr, nullptr, binding.iv.data(), -1, nullptr));
    int done = 0;
    if (mode == AeadMode::kCcm) {
      if (size >= kCcmLimit)
        fail(ErrorKind::kRefused, "AES-CCM cannot seal a block of {} bytes, OpenZFS neither", size);
      check(EVP_CipherUpdate(context, nullptr, &done, nullptr, static_cast<int>(size)));
    }
    if (!binding.associated.empty())
      check(EVP_CipherUpdate(context, nullptr, &done, binding.associated.data(),
                             length_of(binding.associated)));
  }
};

Aead::Aead(AeadMode mode, const Secret& key) : impl_(std::make_unique<Impl>(mode, key)) {}
Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

bool Aead::open(const Binding& binding, const AeadTag& tag, ByteView sealed, ByteSpan plain) {
  SEALIFT_ASSERT(sealed.size() == plain.size());
  EVP_CIPHER_CTX* context = impl_->opener.get();
  AeadTag expected = tag;
  const auto expect = [&] {
    check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, expected.size(), expected.data()));
  };
  // CCM checks with the message's last byte, GCM when it is asked to.
  if (impl_->mode == AeadMode::kCcm) expect();
  impl_->begin(context, binding, sealed.size());
  std::uint8_t nothing = 0;
  int done = 0;
  const bool decrypted =
      EVP_CipherUpdate(context, start_of(plain, &nothing), &done,
                       start_of<const std::uint8_t>(sealed, &nothing), length_of(sealed)) == 1;
  if (impl_->mode == AeadMode::kCcm) return decrypted;
  check(decrypted ? 1 : 0);
  expect();
  return EVP_CipherFinal_ex(context, &nothing, &done) == 1;
}

AeadTag Aead::seal(const Binding& binding, ByteView plain, ByteSpan sealed) {
  SEALIFT_ASSERT(sealed.size() == plain.size());
  EVP_CIPHER_CTX* context = impl_->sealer.get();
  impl_->begin(context, binding, plain.size());
  std::uint8_t nothing = 0;
  int done = 0;
  check(EVP_CipherUpdate(context, start_of(sealed, &nothing), &done,
                         start_of<const std::uint8_t>(plain, &nothing), length_of(plain)));
  if (impl_->mode == AeadMode::kGcm) check(EVP_CipherFinal_ex(context, &nothing, &done));
  AeadTag tag;
  check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag.size(), tag.data()));
  return tag;
}

}  // namespace sealift::crypto
