// SPDX-License-Identifier: Apache-2.0
#include "cli/suggest.h"

#include <algorithm>
#include <numeric>

namespace sealift::cli {
namespace {

/// Levenshtein's distance, with one row of the table.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string suggest(std::string_view typed, const std::vector<std::string>& known) {
  std::string best;
  std::size_t nearest = typed.size() / 3 + 2;  // two neighbours swapped count as two
  for (const std::string& each : known) {
    const std::size_t apart = distance(typed, each);
    if (apart < nearest) {
      nearest = apart;
      best = each;
    }
  }
  return best;
}

}  // namespace sealift::cli
