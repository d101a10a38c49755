// SPDX-License-Identifier: Apache-2.0
#include "os/command_source.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "os/spawn.h"

namespace sealift::os {

CommandSource::CommandSource(const std::string& command) : command_(command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    fail(ErrorKind::kState, "cannot run '{}': {}", command, std::strerror(errno));
  output_ = Fd(ends[0]);
  const Fd into(ends[1]);
  Spawn shell;
  shell.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  shell.give(into.get(), STDOUT_FILENO);
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  shell.reset(pipe);
  pid_ = shell.run({"/bin/sh", "-c", command});
}

CommandSource::~CommandSource() {
  if (pid_ < 0) return;
  output_ = Fd();
  wait_for(pid_);
}

std::size_t CommandSource::read(ByteSpan into) {
  if (pid_ < 0) return 0;
  for (;;) {
    const ssize_t count = ::read(output_.get(), into.data(), into.size());
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      fail(ErrorKind::kState, "cannot read from '{}': {}", command_, std::strerror(errno));
    break;
  }
  const int status = wait_for(std::exchange(pid_, -1));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    fail(ErrorKind::kState, "'{}' failed", command_);
  return 0;
}

}  // namespace sealift::os
