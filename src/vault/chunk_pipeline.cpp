// SPDX-License-Identifier: Apache-2.0
#include "vault/chunk_pipeline.h"

#include <utility>

#include "vault/checksum.h"

namespace sealift::vault {

namespace {

constexpr unsigned kWorkers = 2;
/// Chunks with more memory than the usual are not kept: one 16 MiB block must not stay for ever.
constexpr std::size_t kMaxSpares = ChunkPipeline::kBudgetBytes / ChunkPipeline::kChunkBytes;

}  // namespace

ChunkPipeline::~ChunkPipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  work_or_stop_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

std::unique_ptr<Chunk> ChunkPipeline::fresh() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) {
    auto chunk = std::make_unique<Chunk>();
    return chunk;
  }
  std::unique_ptr<Chunk> chunk = std::move(spare_.back());
  spare_.pop_back();
  return chunk;
}

void ChunkPipeline::rethrow() const {
  if (error_) std::rethrow_exception(error_);
}

void ChunkPipeline::submit(std::unique_ptr<Chunk> chunk) {
  Lock lock(mutex_);
  rethrow();
  // A commit of a few blocks is not worth a thread: settle() does the first chunk by itself.
  if (!unfinished_.empty()) start_workers(lock);
  in_flight_bytes_ += chunk->bytes.size();
  unfinished_.emplace(chunk->batch, chunk->extent());
  queue_.push_back(std::move(chunk));
  work_or_stop_.notify_one();
  while (in_flight_bytes_ > kBudgetBytes) {
    if (queue_.empty()) {
      progress_.wait(lock);
    } else {
      do_one(lock);
    }
  }
  rethrow();
}

bool ChunkPipeline::settled(std::uint64_t batch) const {
  return unfinished_.empty() || unfinished_.begin()->first > batch;
}

bool ChunkPipeline::is_settled(std::uint64_t batch) const {
  const std::lock_guard lock(mutex_);
  return settled(batch);
}

void ChunkPipeline::settle(std::uint64_t batch) {
  Lock lock(mutex_);
  while (!settled(batch)) {
    if (queue_.empty()) {
      progress_.wait(lock);
    } else {
      do_one(lock);
    }
  }
  rethrow();
}

std::uint64_t ChunkPipeline::batch_with(const Extent& extent) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t last = 0;
  for (const auto& [batch, chunk] : unfinished_) {
    const bool apart = chunk.segment != extent.segment || chunk.end() <= extent.offset ||
                       extent.end() <= chunk.offset;
    if (!apart) last = batch;
  }
  return last;
}

void ChunkPipeline::start_workers(Lock&) {
  while (workers_.size() < kWorkers) workers_.emplace_back([this] { work(); });
}

void ChunkPipeline::work() {
  Lock lock(mutex_);
  for (;;) {
    work_or_stop_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    do_one(lock);
  }
}

void ChunkPipeline::do_one(Lock& lock) {
  std::unique_ptr<Chunk> chunk = std::move(queue_.front());
  queue_.pop_front();
  const bool failed = error_ != nullptr;
  std::exception_ptr error;
  lock.unlock();
  try {
    if (!failed) process(*chunk);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error && !error_) error_ = error;
  finish(std::move(chunk));
}

void ChunkPipeline::process(Chunk& chunk) const {
  const ByteView bytes = chunk.bytes;
  for (const Chunk::Sum& sum : chunk.sums) {
    *sum.into = checksum_of(kind_, bytes.subspan(sum.at, sum.size));
  }
  chunk.segment->write(chunk.offset, bytes);
}

void ChunkPipeline::finish(std::unique_ptr<Chunk> chunk) {
  in_flight_bytes_ -= chunk->bytes.size();
  unfinished_.erase(chunk->batch);
  if (chunk->bytes.capacity() <= 2 * kChunkBytes && spare_.size() < kMaxSpares) {
    chunk->segment.reset();
    chunk->bytes.clear();
    chunk->sums.clear();
    spare_.push_back(std::move(chunk));
  }
  progress_.notify_all();
}

}  // namespace sealift::vault
