// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <shared_mutex>

#include "crypto/aead.h"
#include "os/file.h"
#include "os/random.h"

namespace sealift::dataset {

/// Blocks that stand in for those of a volume while it is written to. They are kept in a file
/// without a name, each sealed under a key that is in this process's memory alone: nothing in the
/// clear reaches a disk, and what the disk gives back wrong is found.
///
/// Any thread; but no two at the same block, of which one writes.
class BlockOverlay {
 public:
  /// In the file system of `directory`. `block_size` in bytes.
  BlockOverlay(const std::filesystem::path& directory, std::uint32_t block_size,
               const os::Random& random);

  std::uint32_t block_size() const { return block_size_; }

  enum class State : std::uint8_t {
    kBase,  ///< the volume's own
    kZero,
    kData,
  };
  /// Blocks from one on that are in the same state.
  struct Run {
    State state;
    std::uint64_t end;  ///< the first that may be in another; UINT64_MAX: none is
  };
  Run run(std::uint64_t block) const;
  State state(std::uint64_t block) const;
  bool is_empty() const;

  /// Of a block in state kData. Throws Error(kDamaged) where it is not what was written.
  void read(std::uint64_t block, ByteSpan into) const;
  /// Throws Error(kRetry) where there is no space; the block is then as it was.
  void write(std::uint64_t block, ByteView bytes);
  /// Blocks [first, end) are zeros.
  void clear(std::uint64_t first, std::uint64_t end);

 private:
  struct Slot {
    crypto::AeadIv iv;
    crypto::AeadTag tag;
  };
  crypto::AeadIv next_iv();

  std::uint32_t block_size_;
  os::File file_;
  crypto::Secret key_;
  std::atomic<std::uint64_t> writes_ = 0;
  mutable std::shared_mutex mutex_;
  std::map<std::uint64_t, Slot> data_;              ///< by block
  std::map<std::uint64_t, std::uint64_t> cleared_;  ///< [first, end), apart; `data_` goes first
};

}  // namespace sealift::dataset
