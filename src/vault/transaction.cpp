// SPDX-License-Identifier: Apache-2.0
#include "vault/transaction.h"

#include <algorithm>

#include "base/error.h"
#include "vault/appender_impl.h"
#include "vault/vault_impl.h"

namespace sealift::vault {

namespace {

/// A commit frees no more extents than this, so that none takes long.
constexpr std::size_t kMaxFreedAtOnce = 20'000;
/// Released extents kept in memory, 24 bytes each; more of them go to the space tree at once.
constexpr std::size_t kMaxReleased = 500'000;
/// Extents put into the space tree before its nodes are written and need not stay in memory.
constexpr std::size_t kPendingAtOnce = 100'000;

std::uint64_t bytes_of(std::span<const Extent> extents) {
  std::uint64_t total = 0;
  for (const Extent& extent : extents) total += extent.length;
  return total;
}

}  // namespace

struct Transaction::Impl {
  Impl(Vault::Impl& vault_, Appender& appender_)
      : vault(vault_),
        nodes(appender_),
        appender(appender_.impl()),
        lock(vault.storage().lock_writer()),
        base(vault.newest()),
        base_root(root_of(base)),
        next(base),
        space(vault.space_of(base)) {
    require_known(base.features, Access::kWrite);
    next.txg = Txg{base.txg.value + 1};
  }

  void fold_tail();
  void free_unreachable();
  void bury(const Extent& extent);
  void remove_doomed();
  void release(const Extent& extent);
  void add_released();
  void write_tail();
  void account(const Tail& tail);
  void publish();

  Vault::Impl& vault;
  Appender& nodes;
  Appender::Impl& appender;
  std::unique_ptr<Hold> lock;
  Uberblock base;
  Root base_root;
  Uberblock next;
  SpaceMap space;
  std::vector<Extent> released;
};

void Transaction::Impl::fold_tail() {
  const Tail tail = vault.tail_of(base);
  for (const SegmentGrowth& growth : tail.growth) space.grow(growth);
  space.add_pending(base.txg, tail.replaced);
}

void Transaction::Impl::free_unreachable() {
  // After this commit the ring still holds the newest few before it.
  if (base.txg.value < kRetainedRoots) return;
  Txg oldest{base.txg.value + 1 - kRetainedRoots};
  if (const std::optional<Txg> held = vault.storage().oldest_hold()) {
    oldest = std::min(oldest, *held);
  }
  for (const auto& [txg, extent] : space.freeable(oldest, kMaxFreedAtOnce)) {
    space.drop_pending(txg, extent);
    next.pending_bytes -= extent.length;
    bury(extent);
  }
}

void Transaction::Impl::bury(const Extent& extent) {
  // Should this commit fail, the extent is still pending, and a hole can be punched twice.
  if (const std::optional<Extent> pages = space.bury(extent)) {
    vault.storage().punch(pages->segment, pages->offset, pages->length);
  }
}

void Transaction::Impl::remove_doomed() {
  for (const std::uint32_t id : space.doomed_segments()) {
    const bool is_missing = !vault.storage().read(id, 0, {});
    const std::unique_ptr<SegmentWriter> owned = vault.storage().claim(id);
    if (owned == nullptr && !is_missing) continue;
    if (owned != nullptr) owned->remove();
    space.forget(id);
    --next.segments;
  }
}

void Transaction::Impl::release(const Extent& extent) {
  released.push_back(extent);
  if (released.size() < kMaxReleased) return;
  coalesce(released);
  if (released.size() < kMaxReleased / 2) return;
  add_released();
}

void Transaction::Impl::add_released() {
  coalesce(released);
  std::span<const Extent> rest = released;
  while (rest.size() > kPendingAtOnce) {
    space.add_pending(next.txg, rest.first(kPendingAtOnce));
    space.flush(nodes);
    rest = rest.subspan(kPendingAtOnce);
  }
  space.add_pending(next.txg, rest);
  next.pending_bytes += bytes_of(released);
  next.allocated_bytes -= bytes_of(released);
  released.clear();
}

void Transaction::Impl::write_tail() {
  Tail tail;
  for (const BlockPointer& node : space.take_replaced()) tail.replaced.push_back(extent_of(node));
  if (!base.tail.is_null()) tail.replaced.push_back(extent_of(base.tail));
  coalesce(tail.replaced);

  // The tail tells of its own bytes too. Its size is known beforehand, and so is its segment.
  appender.make_way();
  tail.growth = appender.growth();
  const std::size_t size = tail_bytes(tail.growth.size(), tail.replaced.size());
  tail.growth.back().length += size;
  tail.growth.back().added += size;
  next.tail = appender.append(encode(tail));
  SEALIFT_ASSERT(next.tail.segment == tail.growth.back().segment &&
                 next.tail.offset + size == tail.growth.back().length);
  account(tail);
}

void Transaction::Impl::account(const Tail& tail) {
  const std::uint64_t replaced = bytes_of(tail.replaced);
  next.pending_bytes += replaced;
  next.allocated_bytes -= replaced;
  for (const SegmentGrowth& growth : tail.growth) {
    next.allocated_bytes += growth.added;
    next.next_segment = std::max(next.next_segment, growth.segment + 1);
    if (!space.segment(growth.segment)) ++next.segments;
  }
}

void Transaction::Impl::publish() {
  next.time_seconds = vault.clock().now_seconds();
  try {
    in_context("whether the commit took place is known only after the vault is opened anew",
               [&] { vault.storage().publish(next.txg.value % kUberblockSlots, encode(next)); });
  } catch (...) {
    // The slot may hold the new root or the old one. Blocks that the new one reaches must stay.
    appender.abandon();
    throw;
  }
  appender.mark_committed();
  std::unique_ptr<Hold> hold = vault.storage().hold(next.txg);
  vault.move_to({next, std::move(hold)});
}

Transaction::Transaction(Vault& vault, Appender& appender)
    : impl_(std::make_unique<Impl>(vault.impl(), appender)) {}
Transaction::~Transaction() = default;

const Root& Transaction::base() const {
  return impl_->base_root;
}
Txg Transaction::txg() const {
  return impl_->next.txg;
}

void Transaction::release(const BlockPointer& pointer) {
  impl_->vault.check_shape(pointer);
  impl_->release(extent_of(pointer));
}

void Transaction::commit(const BlockPointer& catalog) {
  impl_->fold_tail();
  impl_->free_unreachable();
  impl_->remove_doomed();
  impl_->add_released();
  impl_->next.catalog = catalog;
  impl_->next.space = impl_->space.flush(impl_->nodes);
  impl_->write_tail();
  impl_->appender.sync();
  impl_->publish();
}

}  // namespace sealift::vault
