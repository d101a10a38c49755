// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha512.h"

#include "support/catch.h"

using namespace sealift;
using crypto::Sha512;

TEST_CASE("SHA-512 gives the standard's example, whole and in pieces") {
  // FIPS 180-2, appendix C.1.
  const std::string expected =
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
  Sha512 hash;
  CHECK(to_hex(hash.update(as_bytes("abc")).finish()) == expected);
  CHECK(to_hex(hash.update(as_bytes("a")).update({}).update(as_bytes("bc")).finish()) == expected);
}
