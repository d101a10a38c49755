// SPDX-License-Identifier: Apache-2.0
#include "serve/block_cache.h"

namespace sealift::serve {
namespace {

/// What a slot takes besides its block.
constexpr std::size_t kSlotBytes = 128;

std::size_t cost_of(const BlockCache::BlockPtr& block) {
  return kSlotBytes + (block ? block->size() : 0);
}

}  // namespace

BlockCache::BlockPtr BlockCache::get(Place place, const Read& read) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto found = slots_.find(place);
    if (found == slots_.end()) break;
    if (found->second.is_ready) {
      order_.splice(order_.begin(), order_, found->second.at);
      return found->second.block;
    }
    changed_.wait(lock);
  }
  const auto mine = slots_.try_emplace(place).first;
  lock.unlock();
  BlockPtr block;
  try {
    block = read();
  } catch (...) {
    lock.lock();
    slots_.erase(mine);
    changed_.notify_all();
    throw;
  }
  lock.lock();
  keep(place, mine->second, block);
  changed_.notify_all();
  return block;
}

/// Slots that are being read are in no order, so none of them goes.
void BlockCache::keep(Place place, Slot& slot, BlockPtr block) {
  used_ += cost_of(block);
  slot.block = std::move(block);
  slot.is_ready = true;
  slot.at = order_.insert(order_.begin(), place);
  while (used_ > budget_ && order_.size() > 1) {
    const auto last = slots_.find(order_.back());
    used_ -= cost_of(last->second.block);
    slots_.erase(last);
    order_.pop_back();
  }
}

}  // namespace sealift::serve
