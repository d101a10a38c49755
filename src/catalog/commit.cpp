// SPDX-License-Identifier: Apache-2.0
#include "catalog/commit.h"

namespace sealift::catalog {

void publish(Catalog& catalog, vault::Appender& appender, vault::Transaction& transaction) {
  if (!catalog.is_dirty()) return;
  const BlockPointer root = catalog.flush(appender);
  for (const BlockPointer& replaced : catalog.take_replaced()) transaction.release(replaced);
  transaction.commit(root);
}

}  // namespace sealift::catalog
