// SPDX-License-Identifier: Apache-2.0
#include "cli/file_text.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <ctime>

namespace sealift::cli {
namespace {

char type_letter(std::uint64_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return 'd';
    case S_IFLNK:
      return 'l';
    case S_IFIFO:
      return 'p';
    case S_IFSOCK:
      return 's';
    case S_IFBLK:
      return 'b';
    case S_IFCHR:
      return 'c';
    default:
      return '-';
  }
}

/// The letter for an execute bit beside one that gives it another meaning.
char execute_letter(bool may_execute, bool is_special, char letter) {
  if (!is_special) return may_execute ? 'x' : '-';
  return may_execute ? letter : static_cast<char>(letter - 'a' + 'A');
}

}  // namespace

std::string escape_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '\\') {
      text += fmt::format("\\{:03o}", byte);
    } else {
      text += c;
    }
  }
  return text;
}

std::string mode_text(std::uint64_t mode) {
  std::string text(10, '-');
  text[0] = type_letter(mode);
  for (unsigned i = 0; i < 9; ++i)
    if ((mode >> (8 - i) & 1) != 0) text[i + 1] = "rwx"[i % 3];
  text[3] = execute_letter((mode & S_IXUSR) != 0, (mode & S_ISUID) != 0, 's');
  text[6] = execute_letter((mode & S_IXGRP) != 0, (mode & S_ISGID) != 0, 's');
  text[9] = execute_letter((mode & S_IXOTH) != 0, (mode & S_ISVTX) != 0, 't');
  return text;
}

std::string time_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[64];
  if (::localtime_r(&time, &parts) == nullptr ||
      std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts) == 0)
    return "-";
  return text;
}

}  // namespace sealift::cli
