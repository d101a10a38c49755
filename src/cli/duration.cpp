// SPDX-License-Identifier: Apache-2.0
#include "cli/duration.h"

#include <charconv>

#include "base/error.h"

namespace sealift::cli {
namespace {

constexpr std::uint32_t kDay = 24 * 60 * 60;
constexpr std::uint64_t kMaxSeconds = 3653ULL * kDay;

std::uint32_t seconds_of(std::string_view unit) {
  if (unit.empty() || unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 60 * 60;
  return unit == "d" ? kDay : 0;
}

}  // namespace

std::chrono::seconds parse_duration(std::string_view text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  const std::uint64_t seconds = std::uint64_t{number} * seconds_of(unit);
  if (error != std::errc{} || seconds == 0 || seconds > kMaxSeconds)
    fail(ErrorKind::kUsage, "'{}' is no duration such as 90s, 15m, 8h or 2d", text);
  return std::chrono::seconds(seconds);
}

}  // namespace sealift::cli
