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

/// A snapshot or head that views are of. All must outlive them; `key` is null where it is plain.
struct Origin {
  const vault::Vault& vault;
  vault::BlockPointer root;
  const keys::MasterKey* key = nullptr;
};
/// Lives as long as `contents`.
Origin origin_of(const Contents& contents);

/// What one thread at a time reads a snapshot or head through.
struct View {
  explicit View(const Origin& origin);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  dataset::Plaintext plaintext;
  std::optional<dataset::FileSystem> files;  ///< nothing: it is a volume
};

/// Lends views to threads; each is made when it is needed first. Any thread. The pool must outlive
/// what it lent.
class ViewPool {
 public:
  ViewPool(const Origin& origin, unsigned max_views) : origin_(origin), unmade_(max_views) {}

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

  Origin origin_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<View>> idle_;
  unsigned unmade_;
};

}  // namespace sealift::serve
