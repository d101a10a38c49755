// SPDX-License-Identifier: Apache-2.0
#include "os/command_source.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"

namespace sealift::os {
namespace {

/// What the new process has otherwise than this one.
class SpawnPlan {
 public:
  explicit SpawnPlan(int output) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int run(const std::string& command, pid_t& pid) {
    std::string shell = "sh", option = "-c", text = command;
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    return ::posix_spawn(&pid, "/bin/sh", &files_, &attributes_, arguments, environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace

CommandSource::CommandSource(const std::string& command) : command_(command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    fail(ErrorKind::kState, "cannot run '{}': {}", command, std::strerror(errno));
  output_ = Fd(ends[0]);
  const Fd into(ends[1]);
  const int error = SpawnPlan(into.get()).run(command, pid_);
  if (error != 0) fail(ErrorKind::kState, "cannot run '{}': {}", command, std::strerror(error));
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
