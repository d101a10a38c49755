// SPDX-License-Identifier: Apache-2.0
#include "cli/duration.h"

#include "base/error.h"
#include "support/catch.h"

using namespace sealift;

TEST_CASE("durations have a unit or are seconds") {
  const auto seconds = [](const char* text) { return cli::parse_duration(text).count(); };
  CHECK(seconds("90") == 90);
  CHECK(seconds("90s") == 90);
  CHECK(seconds("15m") == 900);
  CHECK(seconds("8h") == 28'800);
  CHECK(seconds("2d") == 172'800);
  for (const char* text : {"", "0", "s", "-1", "1w", "1 h", "99999999d", "5000000000", "1.5h"})
    CHECK_THROWS_AS(cli::parse_duration(text), Error);
}
