// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <algorithm>
#include <cstdio>

namespace sealift::cli {

std::string Table::text() const {
  std::vector<std::size_t> widths;
  std::vector<std::string> headings;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    std::size_t width = columns_[at].heading.size();
    for (const auto& row : rows_) width = std::max(width, row[at].size());
    widths.push_back(width);
    headings.push_back(columns_[at].heading);
  }
  std::string out;
  const auto put = [&](const std::vector<std::string>& fields) {
    for (std::size_t at = 0; at < fields.size(); ++at) {
      const bool is_scripted = style_ == Style::kScripted;
      if (at != 0) out += is_scripted ? "\t" : "  ";
      const std::size_t gap =
          is_scripted ? 0 : widths[at] - std::min(widths[at], fields[at].size());
      const bool is_right = columns_[at].align == Align::kRight;
      if (is_right) out.append(gap, ' ');
      out += fields[at];
      if (!is_right && at + 1 < fields.size()) out.append(gap, ' ');
    }
    out += '\n';
  };
  if (style_ == Style::kAligned) put(headings);
  for (const auto& row : rows_) put(row);
  return out;
}

void Table::print() const {
  const std::string out = text();
  std::fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace sealift::cli
