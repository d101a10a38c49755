// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.h"

#include "base/bytes.h"
#include "support/catch.h"

using namespace sealift;
using crypto::Sha256;
using crypto::sha256;

// The vectors of FIPS 180-2, appendix B.

TEST_CASE("SHA-256 gives the standard's examples") {
  CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(as_bytes(std::string(1'000'000, 'a')))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of pieces is that of the whole, and a finished one starts anew") {
  const std::string text(100'000, 'x');
  const std::size_t cut = GENERATE(0U, 1U, 63U, 64U, 65U, 99'999U);
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    hash.update(as_bytes(text).first(cut)).update(as_bytes(text).subspan(cut));
    CHECK(hash.finish() == sha256(as_bytes(text)));
  }
}
