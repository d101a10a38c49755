// SPDX-License-Identifier: Apache-2.0
#include "os/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "os/errno.h"
#include "os/fd.h"

namespace sealift::os {
namespace {

constexpr int kFirstInherited = 3;

/// Pointers to the words, and a null behind them.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) all.emplace_back(*each);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// What the new process has otherwise than this one.
class SpawnPlan {
 public:
  SpawnPlan(const std::vector<int>& inherited, ChildProcess::Group group) {
    ::posix_spawn_file_actions_init(&files_);
    // First out of the way of each other's new numbers.
    const int above = kFirstInherited + static_cast<int>(inherited.size());
    for (const int each : inherited) {
      moved_.emplace_back(::fcntl(each, F_DUPFD_CLOEXEC, above));
      if (!moved_.back()) fail_errno("duplicate", "a descriptor");
    }
    for (std::size_t i = 0; i < moved_.size(); ++i)
      ::posix_spawn_file_actions_adddup2(&files_, moved_[i].get(),
                                         kFirstInherited + static_cast<int>(i));
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    const int in_group = group == ChildProcess::Group::kOwn ? POSIX_SPAWN_SETPGROUP : 0;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK |
                                                                POSIX_SPAWN_SETSIGDEF | in_group));
  }
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  pid_t run(std::vector<std::string> arguments, std::vector<std::string> environment) {
    pid_t pid = -1;
    const int error =
        ::posix_spawnp(&pid, arguments.front().c_str(), &files_, &attributes_,
                       pointers_to(arguments).data(), pointers_to(environment).data());
    if (error != 0)
      fail(ErrorKind::kState, "cannot run '{}': {}", arguments.front(), std::strerror(error));
    return pid;
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
  std::vector<Fd> moved_;
};

int as_shell(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ChildProcess::ChildProcess(const Plan& plan) {
  SpawnPlan spawn(plan.inherited, plan.group);
  pid_ = spawn.run(plan.arguments, environment_with(plan.environment));
}

ChildProcess::~ChildProcess() {
  if (status_) return;
  terminate();
  wait();
}

std::optional<int> ChildProcess::ended() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = as_shell(status);
  return status_;
}

int ChildProcess::wait() {
  int status = 0;
  while (!status_) {
    const pid_t ended = ::waitpid(pid_, &status, 0);
    if (ended == pid_) status_ = as_shell(status);
    if (ended < 0 && errno != EINTR) status_ = 1;
  }
  return *status_;
}

void ChildProcess::terminate() noexcept {
  if (!status_) ::kill(pid_, SIGTERM);
}

}  // namespace sealift::os
