// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/error.h"
#include "objset/entry.h"
#include "vault/fetcher.h"

namespace sealift::objset {

/// Reads the blocks that a node's entries point to ahead of who visits them in order: the
/// checksums of the next ones are proven on other threads while one is used.
class ReadAhead {
 public:
  /// `vault` must outlive this.
  explicit ReadAhead(const vault::Vault& vault) : fetcher_(vault, {kBudgetBytes, 2, {}}) {}

  /// Calls `visit(i, bytes)` for each entry that `is_shown(i)`, with the block that it points to
  /// or, where it is none, nothing; `bytes` are valid during the call. An Error over a block
  /// carries `context(i)`. A visit may use other ReadAheads, but not this one.
  template <class IsShown, class Context, class Visit>
  void each(const std::vector<Entry>& entries, const IsShown& is_shown, const Context& context,
            const Visit& visit) {
    std::size_t requested = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      for (; requested < entries.size() && (requested <= i || fetcher_.has_room()); ++requested)
        if (is_read(entries[requested]) && is_shown(requested))
          in_context(context(requested), [&] { fetcher_.request(entries[requested].where); });
      if (!is_shown(i)) continue;
      const bool is_block = is_read(entries[i]);
      visit(i,
            is_block ? in_context(context(i), [&] { return fetcher_.take().bytes; }) : ByteView());
    }
  }

 private:
  /// Some ten nodes of a thousand entries. Four times as much cost more in fresh pages than it won.
  static constexpr std::size_t kBudgetBytes = 1U << 20;

  static bool is_read(const Entry& entry) { return entry.kind == EntryKind::kBlock; }

  vault::Fetcher fetcher_;
};

}  // namespace sealift::objset
