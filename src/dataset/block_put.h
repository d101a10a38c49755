// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "dataset/block_makers.h"
#include "dataset/head_writer.h"
#include "dataset/source_measure.h"
#include "os/source_tree.h"

namespace sealift::dataset {

/// What was done so far, and whom to tell of it.
struct PutState {
  PutTotals totals;
  const PutObserver& observer;
  bool dry_run = false;
  PutProgress progress;
  std::optional<SourceMeasure> measure;  ///< of a directory, where anybody wants to know

  void read(std::uint64_t bytes) {
    totals.read_bytes += bytes;
    pass(bytes);
  }
  /// So many bytes of the source are done, read or not.
  void pass(std::uint64_t bytes) {
    progress.done_bytes += bytes;
    if (!observer.on_progress) return;
    if (measure) progress.total_bytes = measure->total_bytes();
    observer.on_progress(progress);
  }
};

/// An open source of bytes and where they go.
struct BytesToPut {
  const os::SourceFile& from;
  std::uint64_t size = 0;        ///< bytes of it
  std::uint64_t object = 0;      ///< which has been created
  std::uint32_t block_size = 0;  ///< the object's
  /// The object as it is in the head before, with blocks of the same size; null: it is new.
  ObjectPtr before;

  std::uint64_t blocks() const;  ///< that hold all of it
};

/// Makes an object's blocks equal to a file, block by block: what is equal already stays, what is
/// zero is a hole. Blocks behind the file's end are not touched.
class BlockPut {
 public:
  BlockPut(HeadWriter& head, PutState& state);

  /// True if a block changed; it may wait for others then, until finish(). Throws Error where the
  /// file cannot be read. A file that became shorter meanwhile is as if it ended in zeros.
  bool put(const BytesToPut& what);
  /// Writes what waits. Call before the objects' blocks are read or freed.
  void finish();
  /// Turns all from `first_block` on into holes. True if there was anything else.
  bool clear_from(const BytesToPut& what, std::uint64_t first_block) {
    return punch(what, first_block, UINT64_MAX);
  }

 private:
  bool put_range(const BytesToPut& what, std::uint64_t first_block, std::uint64_t end_block);
  /// Blocks that differ, and whose they are.
  struct Changed {
    struct Place {
      std::uint64_t object;
      std::uint64_t block;
    };
    std::vector<Place> places;
    std::vector<PlainBlock> blocks;  ///< as many

    void add(const Place& place, const PlainBlock& block);
    void clear();
  };
  void write(const Changed& changed);
  void keep(const Changed& changed);
  bool punch(const BytesToPut& what, std::uint64_t first_block, std::uint64_t end_block);
  bool is_equal(const BytesToPut& what, std::uint64_t block, ByteView bytes);

  HeadWriter& head_;
  PutState& state_;
  Compression compression_;
  BlockMakers makers_;
  Bytes buffer_;
  /// Blocks of files that alone are too small for several threads.
  Changed waiting_;
  std::deque<Bytes> waiting_bytes_;
  std::size_t waiting_size_ = 0;
};

}  // namespace sealift::dataset
