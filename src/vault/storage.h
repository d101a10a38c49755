// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "vault/block.h"

namespace sealift::vault {

/// Something kept until it is destroyed: a lock, a reader's slot.
class Hold {
 public:
  virtual ~Hold() = default;
};

/// A segment that one writer owns; the destructor gives it up. `write` may be called by several
/// threads for ranges that do not overlap, all else by one.
class SegmentWriter {
 public:
  virtual ~SegmentWriter() = default;
  virtual std::uint32_t id() const = 0;
  virtual std::uint64_t length() const = 0;
  virtual void write(std::uint64_t offset, ByteView bytes) = 0;
  virtual void truncate(std::uint64_t length) = 0;
  /// Makes all that was written durable, and that the segment exists.
  virtual void sync() = 0;
  /// Deletes the segment; nothing else may be called after it.
  virtual void remove() = 0;
};

/// Where a vault keeps its bytes: the seam below which there is a file system, memory, or an object
/// store. Every thread may call it. Throws Error; what is out of reach because of space is kRetry.
class Storage {
 public:
  virtual ~Storage() = default;

  virtual Bytes read_identity() const = 0;
  /// The last step of a vault's making. Durable on return; a crash leaves no vault or a whole one.
  virtual void publish_identity(ByteView bytes) = 0;

  /// The ring of root slots, one after another: what is there, however much that is.
  virtual Bytes read_roots() const = 0;
  /// Replaces one slot. Durable on return; a crash leaves the old bytes, the new or a mixture.
  virtual void publish(std::size_t slot, ByteView bytes) = 0;

  struct SegmentFile {
    std::uint32_t id = 0;
    std::uint64_t length = 0;  ///< bytes
  };
  virtual std::vector<SegmentFile> segments() const = 0;
  /// Fills `into`; the count is short only where the segment ends. Nothing if it is missing.
  virtual std::optional<std::size_t> read(std::uint32_t segment, std::uint64_t offset,
                                          ByteSpan into) const = 0;
  /// Takes ownership of a segment. Null if another writer has it or it is missing.
  virtual std::unique_ptr<SegmentWriter> claim(std::uint32_t segment) = 0;
  /// Makes and owns a segment with the first free number not less than `from`.
  virtual std::unique_ptr<SegmentWriter> create(std::uint32_t from) = 0;
  /// Sets space aside for when there is none left, unless it is set aside already. Where there is
  /// too little, nothing happens.
  virtual void keep_reserve() = 0;
  /// As `create`, with the space that is set aside, which is the segment's until it is cut or
  /// removed; its length means nothing before. Null if there is none.
  virtual std::unique_ptr<SegmentWriter> create_from_reserve(std::uint32_t from) = 0;
  /// Returns a range of a segment to whoever gave it. Where that cannot be, nothing happens.
  virtual void punch(std::uint32_t segment, std::uint64_t offset, std::uint64_t length) = 0;

  /// Waits to be the only one who commits.
  virtual std::unique_ptr<Hold> lock_writer() = 0;
  /// Says that a reader is at `txg`.
  virtual std::unique_ptr<Hold> hold(Txg txg) = 0;
  /// The oldest txg that a reader holds.
  virtual std::optional<Txg> oldest_hold() const = 0;
};

}  // namespace sealift::vault
