// SPDX-License-Identifier: Apache-2.0
#include "os/background.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "os/errno.h"

namespace sealift::os {
namespace {

/// What the old process does.
[[noreturn]] void wait_until_ready(const Fd& from, pid_t pid) {
  char byte = 0;
  ssize_t count = 0;
  do {
    count = ::read(from.get(), &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count == 1) ::_exit(EXIT_SUCCESS);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFSIGNALED(status)) {
    ::signal(WTERMSIG(status), SIG_DFL);
    ::raise(WTERMSIG(status));
  }
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

}  // namespace

Background::Background() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_errno("make", "a pipe");
  Fd from(ends[0]);
  waiting_ = Fd(ends[1]);
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) fail_errno("go into", "the background");
  if (pid == 0) return;
  waiting_ = Fd();
  wait_until_ready(from, pid);
}

void Background::ready() {
  std::fflush(nullptr);
  ::setsid();
  if (::chdir("/") != 0) fail_errno("go to", "/");
  const Fd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nowhere) fail_errno("open", "/dev/null");
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::dup2(nowhere.get(), standard) < 0) fail_errno("redirect to", "/dev/null");
  if (::write(waiting_.get(), "", 1) != 1) fail_errno("tell", "whoever waits");
  waiting_ = Fd();
}

void log_error(const char* text) {
  ::openlog("sealift", LOG_PID, LOG_DAEMON);
  ::syslog(LOG_ERR, "%s", text);
}

}  // namespace sealift::os
