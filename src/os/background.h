// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/fd.h"

namespace sealift::os {

/// Lets a program go on in the background once it is ready, so that whoever called it knows that it
/// is. Programs use this, libraries do not.
class Background {
 public:
  /// Forks. Returns in the new process only: the old one waits for ready() and ends with status 0,
  /// or ends as the new one does before. Make it while there are no other threads.
  Background();

  /// Leaves the terminal, the session and the working directory; standard input, output and error
  /// lead nowhere from now on.
  void ready();

 private:
  Fd waiting_;
};

/// A line in the system's log (syslog(3)), as an error of "sealift".
void log_error(const char* text);

}  // namespace sealift::os
