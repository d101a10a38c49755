// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "cli/nice_number.h"

namespace sealift::cli {
namespace {

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace

Progress::Progress(const std::atomic<std::uint64_t>& bytes, Options options)
    : bytes_(bytes), options_(std::move(options)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGUSR1);
#ifdef SIGINFO
  sigaddset(&signals_, SIGINFO);
#endif
  ::pthread_sigmask(SIG_BLOCK, &signals_, &old_signals_);
  watcher_ = std::thread([this] { watch(); });
}

Progress::~Progress() {
  stopping_ = true;
  ::pthread_kill(watcher_.native_handle(), SIGUSR1);
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &old_signals_, nullptr);
}

void Progress::begin(const std::string& snapshot, std::uint64_t total_bytes) {
  const std::lock_guard lock(mutex_);
  snapshot_ = snapshot;
  total_bytes_ = total_bytes;
  bytes_before_ = bytes_;
  blocks_before_ = options_.blocks == nullptr ? 0 : options_.blocks->load();
  if (options_.lines == Lines::kEverySecond && options_.form == Form::kHuman)
    fmt::print(stderr, "TIME        SENT   {}SNAPSHOT {}\n",
               options_.blocks == nullptr ? "" : "   BLOCKS    ", snapshot);
}

void Progress::go_on_with(const std::string& snapshot) {
  const std::lock_guard lock(mutex_);
  snapshot_ = snapshot;
}

void Progress::watch() {
  const timespec second{1, 0};
  while (!stopping_) {
    const bool signalled = ::sigtimedwait(&signals_, nullptr, &second) > 0;
    if (stopping_) return;
    const std::lock_guard lock(mutex_);
    if (snapshot_.empty()) continue;
    if (options_.title != nullptr) retitle();
    // As zfs does: with a title, parsable lines come every second even if nobody asked for them.
    const bool ticks = options_.lines == Lines::kEverySecond ||
                       (options_.title != nullptr && options_.form == Form::kParsable);
    if (signalled || ticks) print();
  }
}

void Progress::retitle() {
  const std::uint64_t hundredth = total_bytes_ / 100;
  const std::uint64_t percent =
      hundredth == 0 ? 100 : std::min<std::uint64_t>(bytes() / hundredth, 100);
  options_.title->set(fmt::format("sending {} ({}%: {}/{})", snapshot_, percent,
                                  nice_number(bytes()), nice_number(total_bytes_)));
}

void Progress::print() {
  const std::string time = time_of_day();
  if (options_.blocks == nullptr) {
    if (options_.form == Form::kParsable)
      fmt::print(stderr, "{}\t{}\t{}\n", time, bytes(), snapshot_);
    else
      fmt::print(stderr, "{}   {:>5}   {}\n", time, nice_bytes(bytes()), snapshot_);
    return;
  }
  const std::uint64_t blocks = *options_.blocks - blocks_before_;
  if (options_.form == Form::kParsable)
    fmt::print(stderr, "{}\t{}\t{}\t{}\n", time, bytes(), blocks, snapshot_);
  else
    fmt::print(stderr, "{}   {:>5}    {:>8}    {}\n", time, nice_number(bytes()), blocks,
               snapshot_);
}

}  // namespace sealift::cli
