// SPDX-License-Identifier: Apache-2.0
#include "cli/nice_number.h"

#include <fmt/format.h>

namespace sealift::cli {
namespace {

constexpr std::size_t kMaxCharacters = 5;

std::string nice(std::uint64_t number, std::string_view smallest_unit) {
  std::uint64_t whole = number;
  unsigned power = 0;
  for (; whole >= 1024; whole /= 1024) ++power;
  if (power == 0) return fmt::format("{}{}", whole, smallest_unit);
  const char unit = " KMGTPE"[power];
  const std::uint64_t one = 1ULL << (10 * power);
  if (number % one == 0) return fmt::format("{}{}", whole, unit);
  // As many decimals as leave it short.
  std::string text;
  for (int decimals = 2; decimals >= 0; --decimals) {
    text = fmt::format("{:.{}f}{}", static_cast<double>(number) / static_cast<double>(one),
                       decimals, unit);
    if (text.size() <= kMaxCharacters) break;
  }
  return text;
}

}  // namespace

std::string nice_number(std::uint64_t number) {
  return nice(number, "");
}

std::string nice_bytes(std::uint64_t bytes) {
  return nice(bytes, "B");
}

}  // namespace sealift::cli
