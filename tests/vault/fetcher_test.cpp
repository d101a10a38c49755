// SPDX-License-Identifier: Apache-2.0
#include "vault/fetcher.h"

#include <atomic>

#include "base/error.h"
#include "support/catch.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;

TEST_CASE("each block is checked once by a thread that has it, and its own error comes with it") {
  const auto vault = open(new_memory_vault());
  Appender appender(*vault);
  const unsigned count = GENERATE(1U, 3U, 400U);
  std::vector<BlockPointer> pointers;
  for (unsigned i = 0; i < count; ++i) pointers.push_back(appender.append(noise(3000, i)));
  appender.sync();
  std::vector<std::atomic<unsigned>> checked(count);
  Fetcher fetcher(*vault, {256U << 10, 2, {}});
  unsigned requested = 0;
  for (unsigned taken = 0; taken < count; ++taken) {
    for (; requested < count && (requested <= taken || fetcher.has_room()); ++requested) {
      const unsigned number = requested;
      if (number % 7 == 3) {  // one without a check among the others
        fetcher.request(pointers[number]);
        continue;
      }
      fetcher.request(pointers[number], [&checked, number](ByteView bytes) {
        checked[number] += equal(bytes, noise(3000, number)) ? 1 : 100;
        if (number % 5 == 0) fail(ErrorKind::kDamaged, "block {}", number);
      });
    }
    if (taken % 5 == 0 && taken % 7 != 3) {
      REQUIRE_THROWS_WITH(fetcher.take(), "block " + std::to_string(taken));
    } else {
      REQUIRE(equal(fetcher.take().bytes, noise(3000, taken)));
    }
    REQUIRE(checked[taken] == (taken % 7 == 3 ? 0 : 1));
  }
}

TEST_CASE("what fails its checksum is not checked any further") {
  const auto vault = open(new_memory_vault());
  Appender appender(*vault);
  BlockPointer pointer = appender.append(noise(100, 1));
  appender.sync();
  pointer.checksum[0] ^= 1;
  Fetcher fetcher(*vault);
  bool is_checked = false;
  fetcher.request(pointer, [&](ByteView) { is_checked = true; });
  CHECK_THROWS_AS(fetcher.take(), Error);
  CHECK_FALSE(is_checked);
}
