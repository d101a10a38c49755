// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealift::os {

/// Another program that this one runs. It ends no later than this object does.
class ChildProcess {
 public:
  enum class Group : std::uint8_t {
    kParents,  ///< it may use the terminal, and gets the signals that are typed there
    kOwn,
  };
  struct Plan {
    std::vector<std::string> arguments;    ///< the program first, found as a shell finds it
    std::vector<int> inherited;            ///< descriptors that it has as 3, 4 and so on
    std::vector<std::string> environment;  ///< "NAME=value", besides this process's own
    Group group = Group::kParents;
  };
  /// Throws Error(kState) where there is no such program. Whatever signals are blocked here, none
  /// are there.
  explicit ChildProcess(const Plan& plan);
  /// Ends it, and waits.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Its exit status once it has ended, as a shell tells it: 128 and more for a signal.
  std::optional<int> ended();
  /// Waits for that.
  int wait();
  /// Asks it to end (SIGTERM).
  void terminate() noexcept;

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

}  // namespace sealift::os
