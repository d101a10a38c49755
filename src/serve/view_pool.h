// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/contents.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "dataset/file_system.h"

namespace sealift::serve {

/// What one thread at a time reads a snapshot or head through.
struct View {
  explicit View(const Contents& contents);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  dataset::Plaintext plaintext;
  std::optional<dataset::FileSystem> files;  ///< nothing: it is a volume
};

/// Lends views to threads; each is made when it is needed first. Any thread. `contents` must
/// outlive the pool, and the pool what it lent.
class ViewPool {
 public:
  ViewPool(const Contents& contents, unsigned max_views)
      : contents_(contents), unmade_(max_views) {}

  class Loan {
   public:
    Loan(ViewPool& pool, std::unique_ptr<View> view) : pool_(&pool), view_(std::move(view)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (view_) pool_->give_back(std::move(view_));
    }
    dataset::Plaintext& plaintext() const { return view_->plaintext; }
    /// Only of a file system.
    const dataset::FileSystem& files() const { return *view_->files; }

   private:
    ViewPool* pool_;
    std::unique_ptr<View> view_;
  };
  /// Waits until a view is free. Throws Error(kDamaged) where the snapshot cannot be opened.
  Loan borrow();

 private:
  void give_back(std::unique_ptr<View> view) noexcept;

  const Contents& contents_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<View>> idle_;
  unsigned unmade_;
};

}  // namespace sealift::serve
