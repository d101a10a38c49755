// SPDX-License-Identifier: Apache-2.0
#include "cli/send_progress.h"

#include <fmt/format.h>
#include <pthread.h>

#include <ctime>

#include "cli/nice_number.h"

namespace sealift::cli {

SendProgress::SendProgress(const CountingSink& counter, const Options& options)
    : counter_(counter), options_(options) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &old_signals_);
  watcher_ = std::thread([this] { watch(); });
}

SendProgress::~SendProgress() {
  stopping_ = true;
  ::pthread_kill(watcher_.native_handle(), SIGUSR1);
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &old_signals_, nullptr);
}

void SendProgress::begin(const std::string& snapshot) {
  const std::lock_guard lock(mutex_);
  snapshot_ = snapshot;
  bytes_before_ = counter_.count();
  if (options_.lines == Lines::kEverySecond && options_.form == Form::kHuman)
    fmt::print(stderr, "TIME        SENT   SNAPSHOT {}\n", snapshot);
}

void SendProgress::watch() {
  const timespec second{1, 0};
  while (!stopping_) {
    const bool signalled = ::sigtimedwait(&signals_, nullptr, &second) == SIGUSR1;
    if (stopping_) return;
    if (signalled || options_.lines == Lines::kEverySecond) print();
  }
}

void SendProgress::print() {
  const std::lock_guard lock(mutex_);
  if (snapshot_.empty()) return;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  const std::string time =
      fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
  const std::uint64_t bytes = counter_.count() - bytes_before_;
  if (options_.form == Form::kParsable) {
    fmt::print(stderr, "{}\t{}\t{}\n", time, bytes, snapshot_);
  } else {
    fmt::print(stderr, "{}   {:>5}   {}\n", time, nice_bytes(bytes), snapshot_);
  }
}

}  // namespace sealift::cli
