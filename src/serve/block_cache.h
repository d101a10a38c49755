// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "base/bytes.h"

namespace sealift::serve {

/// The blocks in the clear that were used last, for threads that read the same ones: a block is
/// opened once, however many ask for it and however small their parts of it are. Any thread.
class BlockCache {
 public:
  /// Keeps so many bytes, or a single block if that is larger.
  explicit BlockCache(std::size_t budget_bytes) : budget_(budget_bytes) {}

  /// A block of an object.
  struct Place {
    std::uint64_t object;
    std::uint64_t block;
    auto operator<=>(const Place&) const = default;
  };
  /// Null: a hole.
  using BlockPtr = std::shared_ptr<const Bytes>;
  using Read = std::function<BlockPtr()>;
  /// The block, read by `read` if it is not here. Others who want it wait for that meanwhile. What
  /// `read` throws is thrown, and nothing is kept: who waited tries for himself.
  BlockPtr get(Place place, const Read& read);

 private:
  using Order = std::list<Place>;
  struct Slot {
    bool is_ready = false;
    BlockPtr block;
    Order::iterator at;  ///< in the order of use, once it is ready
  };
  void keep(Place place, Slot& slot, BlockPtr block);

  std::size_t budget_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Place, Slot> slots_;
  Order order_;  ///< used last first
  std::size_t used_ = 0;
};

}  // namespace sealift::serve
