// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "os/process_title.h"

namespace sealift::cli {

/// Counts what passes on to another sink. Any thread may ask for the count.
class CountingSink final : public Sink {
 public:
  explicit CountingSink(Sink& to) : to_(to) {}
  void write(ByteView bytes) override {
    to_.write(bytes);
    count_ += bytes.size();
  }
  const std::atomic<std::uint64_t>& count() const { return count_; }

 private:
  Sink& to_;
  std::atomic<std::uint64_t> count_ = 0;
};

/// Counts what comes from another source. Any thread may ask for the count.
class CountingSource final : public Source {
 public:
  explicit CountingSource(Source& from) : from_(from) {}
  std::size_t read(ByteSpan into) override {
    const std::size_t count = from_.read(into);
    count_ += count;
    return count;
  }
  const std::atomic<std::uint64_t>& count() const { return count_; }

 private:
  Source& from_;
  std::atomic<std::uint64_t> count_ = 0;
};

/// zfs send's lines of progress on standard error (lib/libzfs/libzfs_sendrecv.c,
/// send_progress_thread): one a second if wanted, and one for each SIGUSR1, or SIGINFO where there
/// is one, in any case. Make it before other threads are started: it takes those signals over.
class Progress {
 public:
  enum class Lines { kOnSignal, kEverySecond };
  enum class Form { kHuman, kParsable };
  struct Options {
    Lines lines = Lines::kOnSignal;
    Form form = Form::kHuman;
    const std::atomic<std::uint64_t>* blocks = nullptr;  ///< shown if given
    std::unique_ptr<os::ProcessTitle> title;             ///< renewed every second if given
  };
  /// `bytes` must outlive this, and what `options` points to too.
  Progress(const std::atomic<std::uint64_t>& bytes, Options options);
  ~Progress();

  /// A stream of `total_bytes` begins; bytes and blocks are counted from here.
  void begin(const std::string& snapshot, std::uint64_t total_bytes = 0);
  /// What comes next belongs to `snapshot`; counts go on.
  void go_on_with(const std::string& snapshot);

 private:
  void watch();
  void retitle();
  void print();
  std::uint64_t bytes() const { return bytes_ - bytes_before_; }

  const std::atomic<std::uint64_t>& bytes_;
  const Options options_;
  sigset_t signals_;
  sigset_t old_signals_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::string snapshot_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t bytes_before_ = 0;
  std::uint64_t blocks_before_ = 0;
  std::thread watcher_;
};

}  // namespace sealift::cli
