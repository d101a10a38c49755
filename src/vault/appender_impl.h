// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "vault/appender.h"
#include "vault/chunk_pipeline.h"
#include "vault/vault_impl.h"

namespace sealift::vault {

/// The part of Appender that its own floor sees.
class Appender::Impl {
 public:
  Impl(Vault::Impl& vault, Space space);
  ~Impl();

  BlockPointer append(ByteView bytes);
  Placed place(ByteView bytes, Checksum& checksum);
  bool is_settled(std::uint64_t batch) const;
  void settle(std::uint64_t batch);
  std::uint64_t appended_bytes() const { return appended_bytes_; }
  void sync();

  /// Sees to it that the next block goes into a segment that is owned already.
  void make_way();
  /// What was appended to each segment since the last commit. The last is the one that the next
  /// block goes to, even if nothing was.
  std::vector<SegmentGrowth> growth() const;
  /// A root that reaches all that was appended is published.
  void mark_committed();
  /// A root was written, but nobody knows whether it is durable: cut nothing off.
  void abandon();
  /// Lets whatever of `extent` is still in memory be written. Any thread.
  void ensure_written(const Extent& extent);

 private:
  struct Owned {
    std::shared_ptr<SegmentWriter> writer;
    std::uint64_t committed = 0;  ///< length
    std::uint64_t end = 0;        ///< length with all that was appended
    bool dirty = false;           ///< has what was not synced
    bool reserved = false;        ///< longer than its blocks from the start
  };

  BlockPointer put(ByteView bytes);
  Owned claim_or_create();
  bool is_full(const Owned& owned) const { return !owned.reserved && owned.end >= full_bytes_; }
  bool owns(std::uint32_t segment) const;
  void seal();
  void cut_back() noexcept;

  Vault::Impl& vault_;
  const std::uint64_t full_bytes_;
  mutable std::mutex mutex_;  ///< against ensure_written of other threads
  std::vector<Owned> owned_;  ///< the last is the one that grows
  std::unique_ptr<Chunk> chunk_;
  std::uint64_t next_batch_ = 1;  ///< of chunk_, or of the next one
  std::uint64_t appended_bytes_ = 0;
  std::unique_ptr<ChunkPipeline> pipeline_;
};

}  // namespace sealift::vault
