// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <initializer_list>

namespace sealift::os {

/// While it lives, these signals do nothing but wake who waits for them here. Make it before the
/// first thread; one at a time.
class SignalWatch {
 public:
  SignalWatch(std::initializer_list<int> signals);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The number of the next one.
  int wait() const;

 private:
  sigset_t watched_;
  sigset_t before_;
};

}  // namespace sealift::os
