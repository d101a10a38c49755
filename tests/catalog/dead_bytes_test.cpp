// SPDX-License-Identifier: Apache-2.0
#include "catalog/dead_bytes.h"

#include <sealift/error.h>

#include "support/catch.h"

namespace sealift::catalog {
namespace {

using objset::Birth;

TEST_CASE("sums of dead bytes") {
  const DeadBytes dead{{Birth{1}, 10}, {Birth{2}, 20}, {Birth{5}, 50}};
  CHECK(total(dead) == 80);
  CHECK(total_after(dead, Birth{1}) == 70);
  CHECK(total_after(dead, Birth{5}) == 0);
}

TEST_CASE("the successor of a destroyed snapshot takes over what died before it") {
  const DeadBytes victim{{Birth{1}, 10}};
  const DeadBytes next{{Birth{1}, 1}, {Birth{2}, 20}};
  CHECK(merge(victim, next, Birth{1}) == DeadBytes{{Birth{1}, 11}});
  CHECK(merge(victim, next, Birth{0}) == victim);
}

TEST_CASE("dead bytes come back as they were") {
  const DeadBytes dead{{Birth{1}, 0}, {Birth{300}, 1ULL << 40}, {Birth{~0ULL}, ~0ULL}};
  CHECK(decode_dead_bytes(encode(dead)) == dead);
  CHECK(decode_dead_bytes(encode(DeadBytes{})).empty());
}

TEST_CASE("malformed dead bytes are refused") {
  const std::string head = encode(DeadBytes{});
  const std::string more = "\x7f";
  CHECK_THROWS_AS(decode_dead_bytes(head + "\x01"), Error);                    // no bytes
  CHECK_THROWS_AS(decode_dead_bytes(head + std::string("\0\x01", 2)), Error);  // birth 0
  CHECK_THROWS_AS(decode_dead_bytes(head + std::string(10, '\xff')), Error);   // 70 bits
  const std::string top = std::string(9, '\xff') + "\x01" + "\x01";
  CHECK_THROWS_AS(decode_dead_bytes(head + top + "\x01\x01"), Error);  // beyond 64 bits
}

}  // namespace
}  // namespace sealift::catalog
