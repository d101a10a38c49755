// SPDX-License-Identifier: Apache-2.0
#include "cli/status_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/nice_number.h"

namespace sealift::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenLines{200};
/// A rate is that of as long.
constexpr std::chrono::seconds kWindow{10};
constexpr std::chrono::milliseconds kLeastWindow{500};

std::string text_of_time(std::uint64_t seconds) {
  const std::uint64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
}

}  // namespace

void RateMeter::add(Time when, std::uint64_t bytes) {
  samples_.push_back({when, bytes});
  while (samples_.size() > 2 && when - samples_[1].when >= kWindow) samples_.pop_front();
}

std::optional<double> RateMeter::bytes_per_second() const {
  if (samples_.empty()) return std::nullopt;
  const auto& [first, last] = std::pair(samples_.front(), samples_.back());
  if (last.when - first.when < kLeastWindow) return std::nullopt;
  const std::chrono::duration<double> time = last.when - first.when;
  return static_cast<double>(last.bytes - first.bytes) / time.count();
}

std::string text_of(const WorkDone& done, std::optional<double> bytes_per_second) {
  std::string text = nice_bytes(done.bytes);
  const std::uint64_t left = done.total_bytes - std::min(done.bytes, done.total_bytes);
  if (done.total_bytes != 0) {
    const double percent =
        100.0 - 100.0 * static_cast<double>(left) / static_cast<double>(done.total_bytes);
    text += fmt::format(" of {} ({}%)", nice_bytes(done.total_bytes), static_cast<int>(percent));
  }
  if (!bytes_per_second) return text;
  text += fmt::format(", {}/s", nice_bytes(static_cast<std::uint64_t>(*bytes_per_second)));
  if (done.total_bytes == 0 || *bytes_per_second < 1) return text;
  const double seconds = static_cast<double>(left) / *bytes_per_second;
  return text + fmt::format(", {} left", text_of_time(static_cast<std::uint64_t>(seconds)));
}

StatusLine::StatusLine(Wanted wanted)
    : is_active_(wanted == Wanted::kYes && ::isatty(STDERR_FILENO) == 1) {}

bool StatusLine::is_due() {
  if (!is_active_) return false;
  const auto now = std::chrono::steady_clock::now();
  if (last_ && now - *last_ < kBetweenLines) return false;
  last_ = now;
  return true;
}

void StatusLine::write(const WorkDone& done, std::string_view what) {
  rate_.add(*last_, done.bytes);
  fmt::print(stderr, "\r\033[K{}{}", what, text_of(done, rate_.bytes_per_second()));
  std::fflush(stderr);
  is_shown_ = true;
}

void StatusLine::clear() {
  if (!is_shown_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  is_shown_ = false;
  last_.reset();
}

}  // namespace sealift::cli
