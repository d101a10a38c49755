// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "dataset/plaintext.h"

namespace sealift::serve {

/// Fetches what comes next where somebody reads one block behind the other, by threads of its own:
/// a single reader is then not bound to what one processor decrypts. Any thread.
class ReadAhead {
 public:
  using Fetch = std::function<void(const dataset::ObjectPtr& object, std::uint64_t block)>;
  /// `fetch` is called by `threads` threads, which begin when they are needed first; an Error that
  /// it throws is left to whoever reads there.
  ReadAhead(unsigned threads, Fetch fetch) : max_threads_(threads), fetch_(std::move(fetch)) {}
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Somebody reads this block.
  void note(const dataset::ObjectPtr& object, std::uint64_t block);

 private:
  /// One that reads on and on.
  struct Reader {
    std::uint64_t object;
    std::uint64_t next;   ///< block that is expected
    std::uint64_t ahead;  ///< up to which all was fetched or is about to be
  };
  struct Wanted {
    dataset::ObjectPtr object;
    std::uint64_t block;
  };
  Reader* reader_at(std::uint64_t object, std::uint64_t block);
  void want(const dataset::ObjectPtr& object, Reader& reader);
  void work();

  unsigned max_threads_;
  Fetch fetch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Reader> readers_;  ///< seen last first
  std::deque<Wanted> wanted_;
  std::vector<std::thread> threads_;
  bool is_over_ = false;
};

}  // namespace sealift::serve
