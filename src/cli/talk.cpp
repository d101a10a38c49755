// SPDX-License-Identifier: Apache-2.0
#include "cli/talk.h"

#include <unistd.h>

#include <cstdio>

#include "base/error.h"

namespace sealift::cli {
namespace {

void say(std::string_view kind, std::string_view message) {
  std::fflush(stdout);
  fmt::print(stderr, "sealift: {}: {}\n", kind, message);
}

}  // namespace

void say_error(std::string_view message) {
  say("error", message);
}
void say_warning(std::string_view message) {
  say("warning", message);
}
void say_hint(std::string_view message) {
  say("hint", message);
}

void say_error(const Error& error) {
  say_error(error.what());
  if (!error.hint().empty()) say_hint(error.hint());
}

void refuse_terminal(int fd, std::string_view what) {
  if (::isatty(fd) == 0) return;
  Error error(ErrorKind::kState, fd == STDIN_FILENO
                                     ? fmt::format("{} cannot be read from a terminal", what)
                                     : fmt::format("{} cannot be written to a terminal", what));
  error.set_hint(fd == STDIN_FILENO ? "name a file or use a pipe"
                                    : "redirect it to a file or a pipe");
  throw error;
}

}  // namespace sealift::cli
