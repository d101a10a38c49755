// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/exit_code.h"

namespace sealift::cli {
namespace {

constexpr std::size_t kColumns = 80;

/// Where the description starts: after the first run of two spaces that follows a word.
std::size_t hanging_indent(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string::npos) return 0;
  const std::size_t gap = line.find("  ", first);
  const std::size_t text = gap == std::string::npos ? gap : line.find_first_not_of(' ', gap);
  return text == std::string::npos || text > kColumns / 2 ? first : text;
}

std::string fold_line(std::string line) {
  const std::size_t indent = hanging_indent(line);
  std::string folded;
  while (line.size() > kColumns) {
    const std::size_t space = line.rfind(' ', kColumns);
    if (space == std::string::npos || space <= indent) break;
    folded += line.substr(0, space) + "\n";
    line = std::string(indent, ' ') + line.substr(space + 1);
  }
  return folded + line;
}

}  // namespace

std::string exit_code_help() {
  std::string text = "Exit codes:\n";
  for (const ExitCodeMeaning& each : kExitCodes) {
    text += fmt::format("  {:<4}{}\n", static_cast<int>(each.code), each.meaning);
  }
  return text;
}

std::string fold(const std::string& text) {
  std::string folded;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    folded += fold_line(text.substr(start, end - start)) + "\n";
    start = end + 1;
  }
  while (folded.size() > 1 && folded[folded.size() - 2] == '\n') folded.pop_back();
  return folded;
}

}  // namespace sealift::cli
