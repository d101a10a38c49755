// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "vault/space_map.h"
#include "vault/storage.h"

namespace sealift::vault {

/// Blocks that lie side by side in a segment, to be summed and written in one go.
struct Chunk {
  struct Sum {
    std::size_t at = 0;
    std::size_t size = 0;
    Checksum* into = nullptr;
  };

  std::shared_ptr<SegmentWriter> segment;
  std::uint64_t offset = 0;  ///< in the segment
  std::uint64_t batch = 0;   ///< its number; chunks are submitted in this order
  Bytes bytes;
  std::vector<Sum> sums;  ///< checksums still to be made

  Extent extent() const { return {segment->id(), offset, bytes.size()}; }
};

/// Sums and writes chunks on worker threads, beside the thread that fills them. At most
/// kBudgetBytes are in memory; a caller that is ahead of the workers does their work itself.
/// After a failure every call throws what a worker threw.
class ChunkPipeline {
 public:
  static constexpr std::size_t kChunkBytes = 1U << 20;
  static constexpr std::size_t kBudgetBytes = 24U << 20;

  explicit ChunkPipeline(ChecksumKind kind) : kind_(kind) {}
  /// Forgets what no worker has begun, waits for the rest.
  ~ChunkPipeline();

  /// An empty chunk, with memory that was used before if there is any.
  std::unique_ptr<Chunk> fresh();
  void submit(std::unique_ptr<Chunk> chunk);
  /// True if all submitted chunks up to `batch` are done.
  bool is_settled(std::uint64_t batch) const;
  /// Waits for all submitted chunks up to `batch`.
  void settle(std::uint64_t batch);
  /// The last chunk on its way which holds part of `extent`; 0 if none does.
  std::uint64_t batch_with(const Extent& extent) const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  void start_workers(Lock& lock);
  void work();
  void do_one(Lock& lock);
  void process(Chunk& chunk) const;
  void finish(std::unique_ptr<Chunk> chunk);
  bool settled(std::uint64_t batch) const;
  void rethrow() const;

  const ChecksumKind kind_;
  mutable std::mutex mutex_;
  std::condition_variable work_or_stop_;
  std::condition_variable progress_;
  std::deque<std::unique_ptr<Chunk>> queue_;
  std::map<std::uint64_t, Extent> unfinished_;  ///< by batch
  std::vector<std::unique_ptr<Chunk>> spare_;
  std::size_t in_flight_bytes_ = 0;
  std::exception_ptr error_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace sealift::vault
