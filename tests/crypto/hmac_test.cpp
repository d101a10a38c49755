// SPDX-License-Identifier: Apache-2.0
#include "crypto/hmac.h"

#include "support/catch.h"

using namespace sealift;
using crypto::HmacSha512;
using crypto::Secret;

TEST_CASE("HMAC-SHA512 gives the standard's example, again and again") {
  // RFC 4231, test case 2.
  HmacSha512 mac(Secret::copy_of(as_bytes("Jefe")));
  for (int round = 0; round < 2; ++round)
    CHECK(to_hex(
              mac.update(as_bytes("what do ya want ")).update(as_bytes("for nothing?")).finish()) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
          "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}
