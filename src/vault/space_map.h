// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "vault/tree.h"
#include "vault/uberblock.h"

namespace sealift::vault {

/// A range is returned to the file system in whole pages of this size.
constexpr std::uint64_t kPageBytes = 4096;

struct Extent {
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;  ///< bytes
  std::uint64_t length = 0;  ///< bytes

  std::uint64_t end() const { return offset + length; }
  bool operator==(const Extent&) const = default;
};

/// Sorts extents and joins those that touch. Throws kBug if two overlap: one was freed twice.
void coalesce(std::vector<Extent>& extents);

/// What is known of one segment.
struct SegmentSpace {
  std::uint64_t length = 0;  ///< committed: bytes beyond belong to nobody
  std::uint64_t used = 0;    ///< bytes of blocks that are live or wait to be freed
};

/// What a commit appended to one segment.
struct SegmentGrowth {
  std::uint32_t segment = 0;
  std::uint64_t length = 0;  ///< new committed length
  std::uint64_t added = 0;   ///< bytes of blocks in the part that is new
};

/// The space tree: what is known of each segment, what is dead in it, and what waits to be freed.
///
///     's' segment              -> length, used
///     'o' segment              -> nothing; the segment is not full
///     'd' segment offset       -> length; dead, coalesced
///     'p' txg segment offset   -> length; unreachable since the commit of that txg
///     'z' segment              -> nothing; wholly dead, and still to be removed
///
/// Numbers in keys are big-endian, in values little-endian.
class SpaceMap {
 public:
  /// A segment of `full_bytes` or more takes no new block.
  SpaceMap(const BlockReader& reader, const BlockPointer& root, std::uint64_t full_bytes)
      : tree_(reader, root), full_bytes_(full_bytes) {}

  std::optional<SegmentSpace> segment(std::uint32_t id) const;
  std::vector<std::uint32_t> open_segments() const;
  std::vector<std::uint32_t> all_segments() const;
  std::vector<std::uint32_t> doomed_segments() const;

  void grow(const SegmentGrowth& growth);
  void add_pending(Txg txg, const Extent& extent);
  void add_pending(Txg txg, std::span<const Extent> extents);
  /// Up to `limit` extents that no root since `oldest` reaches. They stay pending.
  std::vector<std::pair<Txg, Extent>> freeable(Txg oldest, std::size_t limit) const;
  void drop_pending(Txg txg, const Extent& extent);

  /// Records that an extent is dead. Returns the whole pages that are dead since then; where the
  /// segment is full and nothing in it is left, it is doomed, and nothing is returned.
  std::optional<Extent> bury(const Extent& extent);
  /// Forgets a segment that was removed.
  void forget(std::uint32_t id);

  BlockPointer flush(Appender& appender) { return tree_.flush(appender); }
  std::vector<BlockPointer> take_replaced() { return tree_.take_replaced(); }

 private:
  std::vector<std::uint32_t> numbers(char kind) const;
  void put_segment(std::uint32_t id, const SegmentSpace& space);

  Tree tree_;
  std::uint64_t full_bytes_;
};

}  // namespace sealift::vault
