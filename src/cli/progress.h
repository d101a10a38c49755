// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace sealift::cli {

/// Counts what passes on to another sink. Any thread may ask for the count.
class CountingSink final : public Sink {
 public:
  explicit CountingSink(Sink& to) : to_(to) {}
  void write(ByteView bytes) override {
    to_.write(bytes);
    count_ += bytes.size();
  }
  std::uint64_t count() const { return count_; }

 private:
  Sink& to_;
  std::atomic<std::uint64_t> count_ = 0;
};

/// zfs send's lines of progress on standard error: one a second if wanted, and one for each
/// SIGUSR1 in any case. Make it before other threads are started: it takes that signal over.
class SendProgress {
 public:
  enum class Lines { kOnSignal, kEverySecond };
  enum class Form { kHuman, kParsable };
  struct Options {
    Lines lines = Lines::kOnSignal;
    Form form = Form::kHuman;
  };
  /// `counter` must outlive this.
  SendProgress(const CountingSink& counter, const Options& options);
  ~SendProgress();

  /// A stream begins; its bytes are counted from here.
  void begin(const std::string& snapshot);

 private:
  void watch();
  void print();

  const CountingSink& counter_;
  const Options options_;
  sigset_t signals_;
  sigset_t old_signals_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::string snapshot_;
  std::uint64_t bytes_before_ = 0;
  std::thread watcher_;
};

}  // namespace sealift::cli
