// SPDX-License-Identifier: Apache-2.0
// Adding up Fletcher-4 sums: of the lanes of a vector loop, and of one run after another.
// fletcher4.cpp derives the weights.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/fletcher4.h"

namespace sealift::crypto {

/// The sums A, B, C, D of each lane.
template <std::size_t L>
using LaneSums = std::array<std::array<std::uint64_t, L>, 4>;

/// The sums of the words that were dealt out over the lanes in turn.
template <std::size_t L>
constexpr FletcherSum combine(const LaneSums<L>& lanes) {
  constexpr std::int64_t l = L;
  FletcherSum sum{};
  for (std::int64_t k = 0; k < l; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const std::uint64_t a = lanes[0][at], b = lanes[1][at], c = lanes[2][at], d = lanes[3][at];
    const std::int64_t cb = (l * (1 - 2 * k) - l * l) / 2;
    const std::int64_t ca = k * (k - 1) / 2;
    const std::int64_t dc = l * l - l * l * l - l * l * k;
    const std::int64_t db =
        (l * l * l + 3 * l * l * k + 3 * l * k * k - 3 * l * l - 6 * l * k + 2 * l) / 6;
    const std::int64_t da = -k * (k - 1) * (k - 2) / 6;
    const auto times = [](std::int64_t weight, std::uint64_t value) {
      return static_cast<std::uint64_t>(weight) * value;
    };
    sum[0] += a;
    sum[1] += times(l, b) - times(k, a);
    sum[2] += times(l * l, c) + times(cb, b) + times(ca, a);
    sum[3] += times(l * l * l, d) + times(dc, c) + times(db, b) + times(da, a);
  }
  return sum;
}

/// The sums of a run that has `first`, followed by one of `words` words that has `second`.
constexpr FletcherSum concatenate(const FletcherSum& first, const FletcherSum& second,
                                  std::uint64_t words) {
  __extension__ using Wide = unsigned __int128;  // n(n+1)(n+2) before the division by 6
  const Wide n = words;
  const auto two = static_cast<std::uint64_t>(n * (n + 1) / 2);
  const auto three = static_cast<std::uint64_t>(n * (n + 1) / 2 * (n + 2) / 3);
  return {first[0] + second[0], first[1] + words * first[0] + second[1],
          first[2] + words * first[1] + two * first[0] + second[2],
          first[3] + words * first[2] + two * first[1] + three * first[0] + second[3]};
}

}  // namespace sealift::crypto
