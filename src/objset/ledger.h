// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "objset/entry.h"

namespace sealift::objset {

/// What one receive adds to a lineage and what it takes away, in bytes stored in the vault.
struct Ledger {
  Birth birth;                               ///< of everything this receive makes
  std::uint64_t added_bytes = 0;             ///< born in this receive and still referenced
  std::map<Birth, std::uint64_t> dead;       ///< older blocks no longer referenced, by birth
  std::vector<vault::BlockPointer> garbage;  ///< born in this receive and replaced again
  std::int64_t logical_bytes = 0;            ///< change of the contents' size before compression

  /// Says that the state being made references `entry`'s block, which is new.
  void add(const Entry& entry) {
    added_bytes += entry.where.length;
    logical_bytes += entry.logical_size;
  }

  /// Says that `entry`'s block is no longer referenced by the state being made.
  void retire(const Entry& entry) {
    if (entry.where.is_null()) return;
    logical_bytes -= entry.logical_size;
    if (entry.birth == birth) {
      added_bytes -= entry.where.length;
      garbage.push_back(entry.where);
    } else {
      dead[entry.birth] += entry.where.length;
    }
  }
};

}  // namespace sealift::objset
