// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace sealift::serve {

/// Tells of each fault once, however often whoever reads tries again. Any thread.
class FaultLog {
 public:
  using OnFault = std::function<void(const std::string&)>;
  /// `on_fault` may be empty.
  explicit FaultLog(OnFault on_fault) : on_fault_(std::move(on_fault)) {}

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (told_.size() >= kMaxTold || !told_.insert(what).second) return;
    if (on_fault_) on_fault_(what);
  }

 private:
  static constexpr std::size_t kMaxTold = 1000;

  OnFault on_fault_;
  std::mutex mutex_;
  std::set<std::string> told_;
};

}  // namespace sealift::serve
