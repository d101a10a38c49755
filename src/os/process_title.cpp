// SPDX-License-Identifier: Apache-2.0
#include "os/process_title.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace sealift::os {

namespace {

constexpr std::string_view kProgram = "sealift: ";

/// The end of the strings from `first` on that lie back to back, starting at `at`.
char* end_of_run(char** first, char* at) {
  for (char** each = first; *each != nullptr && *each == at; ++each) at += std::strlen(at) + 1;
  return at;
}

}  // namespace

ProcessTitle::ProcessTitle(char** argv)
    : begin_(argv[0]), end_(end_of_run(environ, end_of_run(argv, argv[0]))) {
  for (char** each = environ; *each != nullptr; ++each)
    if (char* copy = ::strdup(*each)) *each = copy;  // the process's for good
}

void ProcessTitle::set(std::string_view title) {
  const std::size_t room = static_cast<std::size_t>(end_ - begin_) - 1;
  const std::size_t name = std::min(room, kProgram.size());
  const std::size_t text = std::min(room - name, title.size());
  std::memcpy(begin_, kProgram.data(), name);
  std::memcpy(begin_ + name, title.data(), text);
  std::fill(begin_ + name + text, end_, '\0');
}

}  // namespace sealift::os
