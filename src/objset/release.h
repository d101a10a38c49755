// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "objset/birth.h"
#include "vault/vault.h"

namespace sealift::objset {

/// An object set that nothing names any more, and what stays.
struct Unshared {
  vault::BlockPointer victim;
  /// Births up to this one belong to the snapshot before, which stays.
  Birth after;
  /// The object sets made from the victim: the next snapshot or the head, and every clone.
  std::vector<vault::BlockPointer> successors;
};

/// Calls `release` with each block that only the victim reaches: born after `after`, and not at
/// the same place in any successor. Reads only nodes that are not shared. Throws Error(kDamaged).
void release_unshared(const vault::BlockReader& reader, const Unshared& what,
                      const std::function<void(const vault::BlockPointer&)>& release);

}  // namespace sealift::objset
