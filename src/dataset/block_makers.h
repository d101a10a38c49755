// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "dataset/block_maker.h"

namespace sealift::dataset {

/// Makes the blocks of a dataset on all processors, one maker to a thread. To be called by one
/// thread.
class BlockMakers {
 public:
  /// `key`: null for a dataset that is not encrypted; it must outlive this.
  explicit BlockMakers(const keys::MasterKey* key);

  /// The blocks, in the order given. Compressing is most of the work, so each thread takes the next
  /// block that nobody has; what is too little for another thread is made by the caller's.
  std::vector<MadeBlock> make(std::span<const PlainBlock> plain);

  /// Bytes to give at a time so that all threads are busy.
  std::size_t batch_bytes() const;
  /// Whether so many bytes are made by more than one thread.
  static bool is_shared(std::size_t bytes);

 private:
  std::deque<BlockMaker> makers_;
};

}  // namespace sealift::dataset
