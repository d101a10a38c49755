// SPDX-License-Identifier: Apache-2.0
#include "cli/nice_number.h"

#include "support/catch.h"

namespace sealift::cli {
namespace {

TEST_CASE("numbers are short, as zfs shows them") {
  CHECK(nice_number(0) == "0");
  CHECK(nice_number(1023) == "1023");
  CHECK(nice_number(1024) == "1K");
  CHECK(nice_number(1536) == "1.50K");
  CHECK(nice_number(532936) == "520K");
  CHECK(nice_number(137960) == "135K");
  CHECK(nice_number(10 << 20) == "10M");
  CHECK(nice_number((10 << 20) + 1) == "10.0M");
  CHECK(nice_number(1234567) == "1.18M");
  CHECK(nice_number(~0ULL) == "16.0E");
}

TEST_CASE("bytes have a unit even where they are few") {
  CHECK(nice_bytes(312) == "312B");
  CHECK(nice_bytes(1023) == "1023B");
  CHECK(nice_bytes(1024) == "1K");
}

}  // namespace
}  // namespace sealift::cli
