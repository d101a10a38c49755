// SPDX-License-Identifier: Apache-2.0
//
// Requests that lie side by side form a run, which one thread reads in one go and then verifies
// block by block.
//   1. `runs_` holds the runs in the order of the requests; only the last may be open, that is,
//      still growing and known to no worker.
//   2. `queue_` holds the runs that nobody has begun. Whoever finds one there may do it: a worker,
//      or the consumer itself when the run it needs comes next.
//   3. A run's blocks are read by the consumer only after `done` was seen under the mutex.
#include "vault/fetcher.h"

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "vault/checksum.h"
#include "vault/vault_impl.h"

namespace sealift::vault {

namespace {

constexpr std::uint64_t kMaxRunBytes = 512U << 10;
/// Bytes between two requests that are rather read than skipped.
constexpr std::uint64_t kMaxGapBytes = 16U << 10;

/// Below this the C library's own lists do as well.
constexpr std::size_t kLeastPooledBytes = 32U << 10;
constexpr std::size_t kMaxSpareBytes = 8U << 20;

struct Buffer {
  std::unique_ptr<std::uint8_t[]> bytes;
  std::size_t capacity = 0;
};

struct Run {
  Extent extent;
  std::vector<BlockPointer> blocks;
  std::vector<Fetcher::Check> checks;  ///< of the first blocks, each may be empty
  std::size_t taken = 0;
  Buffer buffer;
  bool begun = false;
  bool done = false;
  std::exception_ptr error;                          ///< it could not be read
  std::map<std::size_t, std::exception_ptr> faulty;  ///< by number: blocks that failed a check
  std::vector<crypto::FletcherSum> sums;             ///< of the blocks, if wanted

  explicit Run(const BlockPointer& first) : extent(extent_of(first)), blocks{first} {}

  bool absorb(const BlockPointer& next) {
    const bool follows = next.segment == extent.segment && next.offset >= extent.end() &&
                         next.offset - extent.end() <= kMaxGapBytes &&
                         next.offset + next.length - extent.offset <= kMaxRunBytes;
    if (!follows) return false;
    extent.length = next.offset + next.length - extent.offset;
    blocks.push_back(next);
    return true;
  }

  /// Of the block added last.
  void add_check(Fetcher::Check check) {
    if (!check) return;
    checks.resize(blocks.size());
    checks.back() = std::move(check);
  }

  ByteView bytes_of(const BlockPointer& block) const {
    return {buffer.bytes.get() + (block.offset - extent.offset), block.length};
  }
};

}  // namespace

struct Fetcher::Impl {
  using Lock = std::unique_lock<std::mutex>;

  Impl(const Vault::Impl& vault_, const Options& options_) : vault(vault_), options(options_) {}
  ~Impl();

  void seal(Lock& lock);
  void start_workers();
  void work();
  void begin(Lock& lock, const std::shared_ptr<Run>& run);
  void process(Run& run) const;
  void process(Run& run, std::size_t number) const;
  crypto::FletcherSum sum_of(const Run& run, const BlockPointer& block) const;
  Buffer fresh_buffer(std::size_t size);
  void keep(Buffer buffer);
  void drop_front(Lock& lock);

  const Vault::Impl& vault;
  const Options options;
  mutable std::mutex mutex;
  std::condition_variable work_or_stop;
  std::condition_variable progress;
  std::deque<std::shared_ptr<Run>> runs;
  std::deque<std::shared_ptr<Run>> queue;
  std::shared_ptr<Run> open;
  std::vector<Buffer> spare;
  std::size_t spare_bytes = 0;
  std::size_t held_bytes = 0;
  std::size_t pending = 0;
  bool stopping = false;
  std::vector<std::thread> workers;
};

Fetcher::Impl::~Impl() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    queue.clear();
  }
  work_or_stop.notify_all();
  for (std::thread& worker : workers) worker.join();
}

void Fetcher::Impl::start_workers() {
  // One run alone is done by the consumer; a thread would only make it wait.
  if (queue.empty()) return;
  while (workers.size() < options.threads) workers.emplace_back([this] { work(); });
}

void Fetcher::Impl::seal(Lock&) {
  if (open == nullptr) return;
  start_workers();
  queue.push_back(std::move(open));
  open = nullptr;
  work_or_stop.notify_one();
}

void Fetcher::Impl::work() {
  Lock lock(mutex);
  for (;;) {
    work_or_stop.wait(lock, [&] { return stopping || !queue.empty(); });
    if (queue.empty()) return;
    const std::shared_ptr<Run> run = queue.front();
    queue.pop_front();
    begin(lock, run);
  }
}

void Fetcher::Impl::begin(Lock& lock, const std::shared_ptr<Run>& run) {
  run->begun = true;
  run->buffer = fresh_buffer(run->extent.length);
  lock.unlock();
  process(*run);
  lock.lock();
  run->done = true;
  progress.notify_all();
}

void Fetcher::Impl::process(Run& run) const {
  try {
    vault.read_raw(run.extent, {run.buffer.bytes.get(), run.extent.length});
  } catch (...) {
    run.error = std::current_exception();
    return;
  }
  for (std::size_t i = 0; i < run.blocks.size(); ++i) process(run, i);
}

void Fetcher::Impl::process(Run& run, std::size_t number) const {
  const BlockPointer& block = run.blocks[number];
  if (options.word_order) run.sums.emplace_back();
  try {
    vault.verify(block, run.bytes_of(block));
    // Here the bytes are still in this core's cache, where the consumer would fetch them again.
    if (options.word_order) run.sums.back() = sum_of(run, block);
    if (number < run.checks.size() && run.checks[number]) run.checks[number](run.bytes_of(block));
  } catch (...) {
    run.faulty[number] = std::current_exception();
  }
}

crypto::FletcherSum Fetcher::Impl::sum_of(const Run& run, const BlockPointer& block) const {
  return word_sum(run.bytes_of(block), *options.word_order, vault.identity().checksum,
                  block.checksum);
}

/// Buffers are used again by runs of about the same size: given back to the C library, large ones
/// go back to the kernel, and to fetch a page anew costs as much as to verify it.
Buffer Fetcher::Impl::fresh_buffer(std::size_t size) {
  if (size < kLeastPooledBytes || size > kMaxRunBytes)
    return {std::make_unique_for_overwrite<std::uint8_t[]>(size), size};
  const std::size_t capacity = std::bit_ceil(size);
  const auto found = std::find_if(spare.begin(), spare.end(), [&](const Buffer& buffer) {
    return buffer.capacity == capacity;
  });
  if (found == spare.end())
    return {std::make_unique_for_overwrite<std::uint8_t[]>(capacity), capacity};
  Buffer buffer = std::move(*found);
  spare.erase(found);
  spare_bytes -= capacity;
  return buffer;
}

void Fetcher::Impl::keep(Buffer buffer) {
  const std::size_t size = buffer.capacity;
  const bool is_pooled = size >= kLeastPooledBytes && size <= kMaxRunBytes;
  if (!is_pooled || spare_bytes + size > kMaxSpareBytes) return;
  spare_bytes += size;
  spare.push_back(std::move(buffer));
}

void Fetcher::Impl::drop_front(Lock&) {
  const std::shared_ptr<Run> run = std::move(runs.front());
  runs.pop_front();
  held_bytes -= run->extent.length;
  keep(std::move(run->buffer));
}

Fetcher::Fetcher(const Vault& vault, Options options)
    : impl_(std::make_unique<Impl>(vault.impl(), options)) {}
Fetcher::~Fetcher() = default;

bool Fetcher::has_room() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->held_bytes < impl_->options.budget_bytes;
}

std::size_t Fetcher::pending() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->pending;
}

void Fetcher::request(const BlockPointer& pointer, Check check) {
  impl_->vault.check_shape(pointer);
  Impl::Lock lock(impl_->mutex);
  ++impl_->pending;
  if (impl_->open != nullptr) {
    const std::uint64_t before = impl_->open->extent.length;
    if (impl_->open->absorb(pointer)) {
      impl_->held_bytes += impl_->open->extent.length - before;
      impl_->open->add_check(std::move(check));
      return;
    }
    impl_->seal(lock);
  }
  impl_->open = std::make_shared<Run>(pointer);
  impl_->open->add_check(std::move(check));
  impl_->runs.push_back(impl_->open);
  impl_->held_bytes += pointer.length;
}

Fetcher::Block Fetcher::take() {
  Impl::Lock lock(impl_->mutex);
  SEALIFT_ASSERT(impl_->pending > 0);
  if (impl_->runs.front()->taken == impl_->runs.front()->blocks.size()) impl_->drop_front(lock);
  const std::shared_ptr<Run> run = impl_->runs.front();
  if (run == impl_->open) impl_->seal(lock);
  if (!run->begun) {
    // Runs are begun in order, so this one is at the front of the queue.
    impl_->queue.pop_front();
    impl_->begin(lock, run);
  }
  impl_->progress.wait(lock, [&] { return run->done; });
  --impl_->pending;
  const std::size_t at = run->taken++;
  if (run->error) std::rethrow_exception(run->error);
  const auto fault = run->faulty.find(at);
  if (fault != run->faulty.end()) std::rethrow_exception(fault->second);
  return {run->bytes_of(run->blocks[at]), at < run->sums.size() ? run->sums[at] : Block{}.sum};
}

}  // namespace sealift::vault
