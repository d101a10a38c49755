// SPDX-License-Identifier: Apache-2.0
#include "serve/read_ahead.h"

#include <algorithm>

#include "base/error.h"

namespace sealift::serve {
namespace {

constexpr std::size_t kMaxReaders = 8;
/// Ahead of each, in bytes and blocks: together they are half of the cache.
constexpr std::uint64_t kAheadBytes = 4U << 20;
constexpr std::uint64_t kMaxAhead = 64;
/// The kernel's requests overtake each other.
constexpr std::uint64_t kTolerance = 4;

}  // namespace

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

ReadAhead::Reader* ReadAhead::reader_at(std::uint64_t object, std::uint64_t block) {
  const auto found = std::find_if(readers_.begin(), readers_.end(), [&](const Reader& each) {
    return each.object == object && block + kTolerance >= each.next &&
           block <= each.next + kTolerance;
  });
  if (found == readers_.end()) return nullptr;
  readers_.splice(readers_.begin(), readers_, found);
  return &readers_.front();
}

void ReadAhead::note(const dataset::ObjectPtr& object, std::uint64_t block) {
  const std::lock_guard lock(mutex_);
  Reader* const reader = reader_at(object->number, block);
  if (reader == nullptr) {
    readers_.push_front({object->number, block + 1, block + 1});
    if (readers_.size() > kMaxReaders) readers_.pop_back();
  } else if (block >= reader->next) {
    reader->next = block + 1;
    want(object, *reader);
  }
}

void ReadAhead::want(const dataset::ObjectPtr& object, Reader& reader) {
  const std::uint64_t count =
      std::clamp<std::uint64_t>(kAheadBytes / object->block_size(), 1, kMaxAhead);
  const std::uint64_t end = std::min(object->blocks(), reader.next + count);
  reader.ahead = std::max(reader.ahead, reader.next);
  for (; reader.ahead < end; ++reader.ahead) wanted_.push_back({object, reader.ahead});
  if (threads_.empty() && !wanted_.empty())
    for (unsigned i = 0; i < max_threads_; ++i) threads_.emplace_back([this] { work(); });
  changed_.notify_all();
}

void ReadAhead::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_over_ || !wanted_.empty(); });
    if (is_over_) return;
    const Wanted next = std::move(wanted_.front());
    wanted_.pop_front();
    lock.unlock();
    try {
      fetch_(next.object, next.block);
    } catch (const std::exception&) {
      // Whoever reads there gets it, and tells.
    }
    lock.lock();
  }
}

}  // namespace sealift::serve
