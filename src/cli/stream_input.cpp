// SPDX-License-Identifier: Apache-2.0
#include "cli/stream_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "cli/talk.h"
#include "os/fd_channel.h"

namespace sealift::cli {

std::unique_ptr<Source> open_stream_input(const std::string& file) {
  if (file.empty() || file == "-") {
    refuse_terminal(STDIN_FILENO, "a stream");
    os::widen_pipe(STDIN_FILENO);
    return std::make_unique<os::FdSource>(os::duplicate(STDIN_FILENO), "standard input");
  }
  os::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) fail(ErrorKind::kState, "cannot open {}: {}", file, std::strerror(errno));
  return std::make_unique<os::FdSource>(std::move(fd), file);
}

std::unique_ptr<Sink> open_stdout() {
  os::widen_pipe(STDOUT_FILENO);
  return std::make_unique<os::FdSink>(os::duplicate(STDOUT_FILENO), "standard output");
}

void end_stdout(std::unique_ptr<Sink> out) {
  out.reset();
  const os::Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere || ::dup2(nowhere.get(), STDOUT_FILENO) < 0)
    fail(ErrorKind::kState, "cannot close standard output: {}", std::strerror(errno));
}

}  // namespace sealift::cli
