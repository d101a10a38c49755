// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "vault/vault.h"

namespace sealift::vault {

/// Appends blocks to segments that are this writer's alone until it is destroyed. Nothing it
/// appends is reachable before a Transaction commits a root that leads there; what was not
/// committed is cut off again by the destructor, or, after a crash, by the next writer.
///
/// Large blocks are checksummed and written by worker threads, in batches: `place` returns the
/// final address at once and fills the checksum later.
/// One thread calls an Appender; its workers are its own.
class Appender {
 public:
  /// Where the blocks go: to segments that are not full and new ones, or to one in the space that
  /// the vault has set aside, which is no longer set aside then.
  enum class Space : std::uint8_t { kFree, kReserved };
  /// Throws kRetry where kReserved finds nothing set aside.
  explicit Appender(Vault& vault, Space space = Space::kFree);
  ~Appender();

  /// Appends a block; the pointer is complete.
  BlockPointer append(ByteView bytes);

  /// A block on its way: its checksum is stored into the place given, once `batch` is settled.
  struct Placed {
    BlockPointer pointer;  ///< without the checksum
    std::uint64_t batch = 0;
  };
  /// Copies `bytes`. `checksum` must stay where it is until settle(batch) returned.
  Placed place(ByteView bytes, Checksum& checksum);
  /// True if all of `batch` (and of earlier ones) has its checksums.
  bool is_settled(std::uint64_t batch) const;
  /// Waits for `batch`. Throws what a worker threw.
  void settle(std::uint64_t batch);

  /// Bytes appended so far.
  std::uint64_t appended_bytes() const;

  /// Makes all that was appended durable (Transaction::commit calls it).
  void sync();

  class Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
