// SPDX-License-Identifier: Apache-2.0
#include "os/spawn.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sealift::os {
namespace {

/// Pointers to the words, and a null behind them.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Spawn::Spawn() {
  ::posix_spawn_file_actions_init(&files_);
  ::posix_spawnattr_init(&attributes_);
}

Spawn::~Spawn() {
  ::posix_spawnattr_destroy(&attributes_);
  ::posix_spawn_file_actions_destroy(&files_);
}

void Spawn::open(int as, const char* path, int flags) {
  ::posix_spawn_file_actions_addopen(&files_, as, path, flags, 0);
}

void Spawn::give(int descriptor, int as) {
  ::posix_spawn_file_actions_adddup2(&files_, descriptor, as);
}

void Spawn::reset(const sigset_t& signals) {
  ::posix_spawnattr_setsigdefault(&attributes_, &signals);
  flags_ |= POSIX_SPAWN_SETSIGDEF;
}

void Spawn::unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes_, &none);
  flags_ |= POSIX_SPAWN_SETSIGMASK;
}

void Spawn::lead_group() {
  ::posix_spawnattr_setpgroup(&attributes_, 0);
  flags_ |= POSIX_SPAWN_SETPGROUP;
}

pid_t Spawn::run(std::vector<std::string> arguments, std::vector<std::string> more_environment) {
  // What is given comes last: of two of one name a shell takes that.
  std::vector<char*> environment = pointers_to(more_environment);
  std::size_t inherited = 0;
  while (environ[inherited] != nullptr) ++inherited;
  environment.insert(environment.begin(), environ, environ + inherited);
  ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags_));
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, arguments.front().c_str(), &files_, &attributes_,
                                   pointers_to(arguments).data(), environment.data());
  if (error != 0)
    fail(ErrorKind::kState, "cannot run '{}': {}", arguments.front(), std::strerror(error));
  return pid;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return W_EXITCODE(1, 0);
  }
  return status;
}

}  // namespace sealift::os
