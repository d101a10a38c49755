// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "dataset/block_overlay.h"
#include "dataset/put_volume.h"
#include "serve/shared_contents.h"

namespace sealift::serve {

/// A volume as a disk is used: read and, with an overlay, written to anywhere and by any thread.
/// What two writes do at the same bytes at the same time nobody knows, as with any disk; writes
/// beside each other do not meet, though they be in one block.
///
/// Ranges must be within the volume. Throws Error(kDamaged) for what is not what was sealed; kRetry
/// where there is no space for a write.
class ServedVolume {
 public:
  /// `contents`: nothing for a volume that nothing was put into yet. `overlay`: null for one that
  /// is not written to; it outlives this.
  ServedVolume(const dataset::VolumeShape& shape, const std::optional<Origin>& contents,
               dataset::BlockOverlay* overlay, unsigned threads);

  std::uint64_t size() const { return shape_.size; }
  std::uint32_t block_size() const { return shape_.block_size; }
  bool is_writable() const { return overlay_ != nullptr; }

  void read(std::uint64_t offset, ByteSpan into);

  /// Bytes from one on that are all holes, or all may be something else.
  struct Extent {
    std::uint64_t length;
    bool is_hole;
  };
  /// Those from `offset` on, no two alike one behind the other, until `length` is covered or there
  /// are `max_extents`.
  struct Range {
    std::uint64_t offset;
    std::uint64_t length;
  };
  std::vector<Extent> extents(Range range, std::size_t max_extents);

  // Only with an overlay.
  void write(std::uint64_t offset, ByteView bytes);
  void zero(Range range);
  /// Zeros the whole blocks in the range, and leaves the rest.
  void trim(Range range);

 private:
  static constexpr std::size_t kStripes = 64;

  struct Blocks {
    std::uint64_t first;
    std::uint64_t end;
  };
  Blocks whole_blocks(Range range) const;
  void read_block_part(std::uint64_t offset, ByteSpan into);
  void write_block_part(std::uint64_t offset, ByteView bytes);
  void read_base(std::uint64_t offset, ByteSpan into);
  Bytes current(std::uint64_t block);
  Extent run_at(std::uint64_t block);
  Extent base_run(std::uint64_t block, std::uint64_t end);
  std::uint64_t blocks() const;

  dataset::VolumeShape shape_;
  std::optional<SharedContents> base_;
  dataset::ObjectPtr object_;  ///< null: there is nothing yet
  dataset::BlockOverlay* overlay_;
  /// Held shared by who works on single blocks, each under its stripe, alone by who clears many.
  std::shared_mutex order_;
  std::array<std::mutex, kStripes> stripes_;
};

}  // namespace sealift::serve
