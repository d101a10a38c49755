// SPDX-License-Identifier: Apache-2.0
#include "catalog/release.h"

#include "objset/release.h"

namespace sealift::catalog {

std::function<void(const Orphan&)> make_release(const vault::Vault& vault,
                                                vault::Transaction& transaction) {
  return [&vault, &transaction](const Orphan& orphan) {
    objset::release_unshared(
        vault, {orphan.objset, orphan.after, orphan.successors},
        [&transaction](const BlockPointer& block) { transaction.release(block); });
  };
}

}  // namespace sealift::catalog
