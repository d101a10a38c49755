// SPDX-License-Identifier: Apache-2.0
#include "os/signal_watch.h"

#include <cerrno>

#include "os/errno.h"

namespace sealift::os {

SignalWatch::SignalWatch(std::initializer_list<int> signals) {
  sigemptyset(&watched_);
  for (const int signal : signals) sigaddset(&watched_, signal);
  ::pthread_sigmask(SIG_BLOCK, &watched_, &before_);
}

SignalWatch::~SignalWatch() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int SignalWatch::wait() const {
  for (;;) {
    const int signal = ::sigwaitinfo(&watched_, nullptr);
    if (signal > 0) return signal;
    if (errno != EINTR) fail_errno("wait for", "signals");
  }
}

}  // namespace sealift::os
