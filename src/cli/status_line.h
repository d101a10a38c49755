// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace sealift::cli {

/// How far some work got.
struct WorkDone {
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;  ///< 0: nobody knows yet
};

/// How quickly bytes come, of late.
class RateMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  void add(Time when, std::uint64_t bytes);
  /// Nothing until a while is known.
  std::optional<double> bytes_per_second() const;

 private:
  struct Sample {
    Time when;
    std::uint64_t bytes;
  };
  std::deque<Sample> samples_;  ///< of the last seconds
};

/// "1.20G of 3.40G (35%), 210M/s, 0:10 left", as far as it is known.
std::string text_of(const WorkDone& done, std::optional<double> bytes_per_second);

/// A line on the terminal that is written over a few times a second, and gone when this is.
class StatusLine {
 public:
  enum class Wanted : std::uint8_t { kNo, kYes };
  /// Never writes but to a terminal.
  explicit StatusLine(Wanted wanted);
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool is_active() const { return is_active_; }
  /// `what`: counts to stand before the bytes.
  template <class What>
  void show(const WorkDone& done, What&& what) {
    if (is_due()) write(done, what());
  }
  /// Makes room for other lines; the next show() writes it again.
  void clear();

 private:
  bool is_due();
  void write(const WorkDone& done, std::string_view what);

  bool is_active_;
  bool is_shown_ = false;
  std::optional<RateMeter::Time> last_;
  RateMeter rate_;
};

}  // namespace sealift::cli
