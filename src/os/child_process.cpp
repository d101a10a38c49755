// SPDX-License-Identifier: Apache-2.0
#include "os/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>

#include "os/errno.h"
#include "os/fd.h"
#include "os/spawn.h"

namespace sealift::os {
namespace {

constexpr int kFirstInherited = 3;

int as_shell(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ChildProcess::ChildProcess(const Plan& plan) {
  Spawn spawn;
  // First out of the way of each other's new numbers.
  const int above = kFirstInherited + static_cast<int>(plan.inherited.size());
  std::vector<Fd> moved;
  for (const int each : plan.inherited) {
    const Fd& last = moved.emplace_back(::fcntl(each, F_DUPFD_CLOEXEC, above));
    if (!last) fail_errno("duplicate", "a descriptor");
    spawn.give(last.get(), kFirstInherited + static_cast<int>(moved.size()) - 1);
  }
  sigset_t all;
  sigfillset(&all);
  spawn.reset(all);
  spawn.unblock_signals();
  if (plan.group == Group::kOwn) spawn.lead_group();
  pid_ = spawn.run(plan.arguments, plan.environment);
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
  if (!status_) status_ = as_shell(wait_for(pid_));
  return *status_;
}

void ChildProcess::terminate() noexcept {
  if (!status_) ::kill(pid_, SIGTERM);
}

}  // namespace sealift::os
