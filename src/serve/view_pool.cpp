// SPDX-License-Identifier: Apache-2.0
#include "serve/view_pool.h"

#include "dataset/contents_impl.h"
#include "dataset/volume.h"

namespace sealift::serve {

Origin origin_of(const Contents& contents) {
  const Contents::Impl& inner = contents.inner();
  return {inner.vault, inner.root, inner.key_or_null()};
}

View::View(const Origin& origin) : plaintext(origin.vault, origin.root, origin.key) {
  if (!dataset::is_volume(plaintext.set())) files.emplace(plaintext);
}

ViewPool::Loan ViewPool::borrow() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !idle_.empty() || unmade_ > 0; });
  if (!idle_.empty()) {
    std::unique_ptr<View> view = std::move(idle_.back());
    idle_.pop_back();
    return {*this, std::move(view)};
  }
  --unmade_;
  lock.unlock();
  try {
    return {*this, std::make_unique<View>(origin_)};
  } catch (...) {
    lock.lock();
    ++unmade_;
    returned_.notify_one();
    throw;
  }
}

void ViewPool::give_back(std::unique_ptr<View> view) noexcept {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(view));
  }
  returned_.notify_one();
}

}  // namespace sealift::serve
