// SPDX-License-Identifier: Apache-2.0
#include "os/random.h"

#include <set>

#include "support/catch.h"

using namespace sealift;

TEST_CASE("guids are not 0 and do not repeat") {
  std::set<std::uint64_t> seen{0};
  for (int i = 0; i < 1000; ++i) CHECK(seen.insert(os::system_random().guid()).second);
}

TEST_CASE("all of a long buffer is filled") {
  Bytes bytes(100'000);
  os::system_random().fill(bytes);
  for (std::size_t at = 0; at + 64 <= bytes.size(); at += 64) {
    REQUIRE(!all_zero(ByteView(bytes).subspan(at, 64)));
  }
}
