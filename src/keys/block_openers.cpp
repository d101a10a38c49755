// SPDX-License-Identifier: Apache-2.0
#include "keys/block_openers.h"

namespace sealift::keys {

std::unique_ptr<BlockOpeners::Opener> BlockOpeners::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Opener> opener = std::move(idle_.back());
      idle_.pop_back();
      return opener;
    }
  }
  return std::make_unique<Opener>(key_);
}

void BlockOpeners::give_back(std::unique_ptr<Opener> opener) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(opener));
}

bool BlockOpeners::opens(const stream::Sealing& sealing, std::uint32_t object_type,
                         ByteView stored) {
  std::unique_ptr<Opener> opener = borrow();
  if (opener->plain.size() < stored.size()) opener->plain.resize(stored.size());
  const ByteSpan plain = ByteSpan(opener->plain).first(stored.size());
  const bool is_open = opener->cipher.open(sealing, object_type, stored, plain);
  give_back(std::move(opener));
  return is_open;
}

}  // namespace sealift::keys
