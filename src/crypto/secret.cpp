// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sealift::crypto {
namespace {

/// Keys are small and few. Linux lets every process lock at least 64 KiB.
constexpr std::size_t kHeapBytes = 64U << 10;
constexpr std::size_t kSmallestBytes = 16;

/// OpenSSL's secure heap: locked, guarded by pages of no access, left out of core files.
void* allocate(std::size_t size) {
  static const int ready = CRYPTO_secure_malloc_init(kHeapBytes, kSmallestBytes);
  if (ready == 0) fail(ErrorKind::kState, "cannot set memory for keys aside");
  void* memory = OPENSSL_secure_zalloc(size);
  if (memory == nullptr || CRYPTO_secure_allocated(memory) != 1)
    fail(ErrorKind::kState, "the memory for keys is used up");
  return memory;
}

}  // namespace

Secret::Secret(std::size_t size)
    : data_(size == 0 ? nullptr : static_cast<std::uint8_t*>(allocate(size))),
      size_(size),
      capacity_(size) {}

Secret Secret::copy_of(ByteView bytes) {
  Secret secret(bytes.size());
  std::copy(bytes.begin(), bytes.end(), secret.data_);
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  clear();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void Secret::shrink(std::size_t size) {
  SEALIFT_ASSERT(size <= size_);
  wipe(span().subspan(size));
  size_ = size;
}

void Secret::clear() {
  OPENSSL_secure_clear_free(data_, capacity_);
}

void wipe(ByteSpan bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

bool is_equal(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sealift::crypto
