// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include <sealift/error.h>

#include <type_traits>
#include <vector>

#include "support/catch.h"

using namespace sealift;
using crypto::Secret;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

TEST_CASE("A secret moves, and what it moved from is empty") {
  Secret a = Secret::copy_of(as_bytes("correct horse"));
  Secret b = std::move(a);
  CHECK(as_text(b.view()) == "correct horse");
  CHECK(a.size() == 0);
  a = std::move(b);
  CHECK(as_text(a.view()) == "correct horse");
  a.shrink(7);
  CHECK(as_text(a.view()) == "correct");
}

TEST_CASE("Memory for keys is bounded, and is there again when secrets go") {
  for (int round = 0; round < 3; ++round) {
    std::vector<Secret> many;
    CHECK_THROWS_AS(
        [&] {
          for (;;) many.emplace_back(4096);
        }(),
        Error);
    CHECK(many.size() >= 8);
  }
}

TEST_CASE("Equality looks at every byte and the length") {
  CHECK(crypto::is_equal(as_bytes("key"), as_bytes("key")));
  CHECK_FALSE(crypto::is_equal(as_bytes("key"), as_bytes("kez")));
  CHECK_FALSE(crypto::is_equal(as_bytes("key"), as_bytes("key ")));
}
