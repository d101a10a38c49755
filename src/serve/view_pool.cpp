// SPDX-License-Identifier: Apache-2.0
#include "serve/view_pool.h"

#include "dataset/contents_impl.h"

namespace sealift::serve {

View::View(const Contents& contents)
    : plaintext(contents.inner().vault, contents.inner().root, contents.inner().key_or_null()) {
  if (!contents.is_volume()) files.emplace(plaintext);
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
    return {*this, std::make_unique<View>(contents_)};
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
