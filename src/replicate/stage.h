// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/vault.h>

#include <functional>
#include <optional>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/operations.h"
#include "catalog/release.h"

namespace sealift::replicate {

/// Gives back one block that the change replaced.
using ReleaseBlock = std::function<void(const vault::BlockPointer&)>;

/// Where receives take effect: in the vault, or, as a rehearsal, in a catalog whose edits go
/// nowhere. One thread.
class Stage {
 public:
  enum class Mode : std::uint8_t { kCommit, kRehearse };
  /// `vault` must outlive this.
  Stage(vault::Vault& vault, const Moment& moment, Mode mode)
      : vault_(vault), guids_(moment.entropy), now_seconds_(moment.seconds), mode_(mode) {}

  vault::Vault& vault() const { return vault_; }
  bool is_rehearsal() const { return mode_ == Mode::kRehearse; }
  std::int64_t now_seconds() const { return now_seconds_; }

  /// The newest state, valid until the next call of anything here.
  const catalog::Catalog& catalog();

  /// One atomic change: gives `edit(Change&, const ReleaseBlock&)` the newest state, and publishes
  /// what it changed together with what `appender` holds. When it throws, nothing has happened.
  template <class Edit>
  void commit(vault::Appender& appender, Edit&& edit) {
    SEALIFT_ASSERT(!is_rehearsal());
    catalog::commit(
        vault_, appender, [&](catalog::Catalog& catalog, vault::Transaction& transaction) {
          catalog::Change change{catalog, transaction.txg(), now_seconds_, guids_,
                                 catalog::make_release(vault_, transaction)};
          edit(change, [&](const vault::BlockPointer& block) { transaction.release(block); });
        });
  }
  /// The same for a change without blocks of its own.
  template <class Edit>
  void commit(Edit&& edit) {
    if (is_rehearsal()) return rehearse(std::forward<Edit>(edit));
    vault::Appender appender(vault_);
    commit(appender, std::forward<Edit>(edit));
  }

 private:
  template <class Edit>
  void rehearse(Edit&& edit) {
    catalog();
    catalog::Change change{*catalog_, vault_.root().txg, now_seconds_, guids_,
                           [](const catalog::Orphan&) {}};
    edit(change, [](const vault::BlockPointer&) {});
  }

  vault::Vault& vault_;
  catalog::GuidSource guids_;
  std::int64_t now_seconds_;
  Mode mode_;
  std::optional<catalog::Catalog> catalog_;
};

}  // namespace sealift::replicate
