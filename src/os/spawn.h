// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace sealift::os {

/// A process to be started, and what it has otherwise than this one.
class Spawn {
 public:
  Spawn();
  ~Spawn();
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  /// It finds the file at `path`, opened as open(2) does with `flags`, as descriptor `as`.
  void open(int as, const char* path, int flags);
  /// It has this process's `descriptor`, which must stay open until run(), as `as`.
  void give(int descriptor, int as);
  /// It does with these signals what is done by default, even if this process ignores them.
  void reset(const sigset_t& signals);
  /// It blocks no signal.
  void unblock_signals();
  /// It leads a process group of its own.
  void lead_group();

  /// Starts arguments[0], found as a shell finds it; `more_environment`: "NAME=value", besides what
  /// this process has. Throws Error(kState) where that cannot be.
  pid_t run(std::vector<std::string> arguments, std::vector<std::string> more_environment = {});

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
  int flags_ = 0;
};

/// Waits for the end of a child of this process; returns its status as waitpid(2) tells it, and as
/// of one that failed where somebody else waited for it.
int wait_for(pid_t child);

}  // namespace sealift::os
