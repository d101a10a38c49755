// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/secret.h"

namespace sealift::crypto {

/// HKDF with SHA-512 and no salt (RFC 5869): `size` bytes from `key`, bound to `info`.
Secret hkdf_sha512(const Secret& key, ByteView info, std::size_t size);

struct Pbkdf2 {
  ByteView salt;
  std::uint64_t iterations = 0;
};
/// PBKDF2 with HMAC-SHA1 (RFC 8018): `size` bytes from `passphrase`. Throws Error(kRefused) for
/// a number of iterations that nobody could wait for.
Secret pbkdf2_sha1(ByteView passphrase, const Pbkdf2& parameters, std::size_t size);

}  // namespace sealift::crypto
