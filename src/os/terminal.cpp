// SPDX-License-Identifier: Apache-2.0
#include "os/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <optional>

#include "base/error.h"
#include "os/errno.h"

namespace sealift::os {
namespace {

/// Keeps the terminal from showing what is typed.
class NoEcho {
 public:
  NoEcho() {
    termios now{};
    if (::tcgetattr(STDIN_FILENO, &now) != 0) return;
    before_ = now;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    now.c_lflag |= ECHONL;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &now);
  }
  ~NoEcho() {
    if (before_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  std::optional<termios> before_;
};

void ask(std::string_view question) {
  // A question that cannot be shown is no reason not to read the answer.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, question.data(), question.size());
}

}  // namespace

bool is_stdin_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

std::size_t read_secret_line(std::string_view question, ByteSpan into) {
  std::optional<NoEcho> hidden;
  if (is_stdin_terminal()) {
    ask(question);
    hidden.emplace();
  }
  // Byte by byte, not to swallow what follows the line.
  for (std::size_t size = 0;; ++size) {
    std::uint8_t byte = 0;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0) fail_errno("read", "standard input");
    if (count == 0 && size == 0) fail(ErrorKind::kUsage, "no key was given on standard input");
    if (count == 0 || byte == '\n') return size;
    if (size == into.size()) fail(ErrorKind::kUsage, "the key is longer than {} bytes", size);
    into[size] = byte;
  }
}

std::size_t read_secret_bytes(ByteSpan into) {
  std::size_t size = 0;
  while (size < into.size()) {
    const ssize_t count = ::read(STDIN_FILENO, into.data() + size, into.size() - size);
    if (count < 0) fail_errno("read", "standard input");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  return size;
}

}  // namespace sealift::os
