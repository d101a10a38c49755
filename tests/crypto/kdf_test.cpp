// SPDX-License-Identifier: Apache-2.0
#include "crypto/kdf.h"

#include <sealift/error.h>

#include <numeric>

#include "support/catch.h"

using namespace sealift;
using crypto::Secret;

TEST_CASE("PBKDF2 gives the standard's example") {
  // RFC 6070.
  const ByteView passphrase = as_bytes("password");
  CHECK(to_hex(crypto::pbkdf2_sha1(passphrase, {as_bytes("salt"), 4096}, 20).view()) ==
        "4b007901b765489abead49d926f721d065a429c1");
}

TEST_CASE("PBKDF2 refuses a number of iterations that is none, or would never end") {
  const ByteView passphrase = as_bytes("password");
  const std::uint64_t iterations = GENERATE(std::uint64_t{0}, std::uint64_t{1} << 40);
  CHECK_THROWS_AS(crypto::pbkdf2_sha1(passphrase, {as_bytes("salt"), iterations}, 32), Error);
}

TEST_CASE("HKDF-SHA512 without a salt gives what RFC 5869 says, written down with Python's hmac") {
  Secret key(32);
  std::iota(key.span().begin(), key.span().end(), std::uint8_t{0});
  CHECK(to_hex(crypto::hkdf_sha512(key, as_bytes("saltsalt"), 32).view()) ==
        "013a6ffbe6ccdbd37099c86816ce2f4e310f54f3707ed5d7b8538c34476fb7c1");
}
