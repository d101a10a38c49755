// SPDX-License-Identifier: Apache-2.0
#include "replicate/stage.h"

namespace sealift::replicate {

const catalog::Catalog& Stage::catalog() {
  if (is_rehearsal() && catalog_) return *catalog_;
  vault_.refresh();
  catalog_.emplace(vault_, vault_.root().catalog);
  return *catalog_;
}

}  // namespace sealift::replicate
