// SPDX-License-Identifier: Apache-2.0
#include "cli/status_line.h"

#include "support/catch.h"

namespace sealift::cli {
namespace {

using namespace std::chrono_literals;

TEST_CASE("work tells as much as is known of it") {
  CHECK(text_of({312, 0}, std::nullopt) == "312B");
  CHECK(text_of({1 << 20, 4 << 20}, std::nullopt) == "1M of 4M (25%)");
  CHECK(text_of({1 << 20, 0}, 512.0 * 1024) == "1M, 512K/s");
  CHECK(text_of({1 << 20, 4 << 20}, 512.0 * 1024) == "1M of 4M (25%), 512K/s, 0:06 left");
  CHECK(text_of({0, 4000ULL << 20}, 1048576.0) == "0B of 3.91G (0%), 1M/s, 1:06:40 left");
}

TEST_CASE("work that comes to a stop, or to more than it was, tells no nonsense") {
  CHECK(text_of({1 << 20, 4 << 20}, 0.0) == "1M of 4M (25%), 0B/s");
  CHECK(text_of({5 << 20, 4 << 20}, 1048576.0) == "5M of 4M (100%), 1M/s, 0:00 left");
}

TEST_CASE("a rate is that of the last ten seconds") {
  RateMeter rate;
  RateMeter::Time now{};
  CHECK(!rate.bytes_per_second());
  std::uint64_t bytes = 0;
  rate.add(now, bytes);
  rate.add(now += 100ms, bytes += 100);
  CHECK(!rate.bytes_per_second());
  rate.add(now += 900ms, bytes += 900);
  CHECK(rate.bytes_per_second() == 1000.0);
  for (int i = 0; i < 60; ++i) rate.add(now += 200ms, bytes += 1);
  CHECK(rate.bytes_per_second() == 5.0);
}

}  // namespace
}  // namespace sealift::cli
