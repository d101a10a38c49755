// SPDX-License-Identifier: Apache-2.0
#include "catalog/initialize.h"

#include "catalog/commit.h"
#include "catalog/guid_source.h"

namespace sealift::catalog {

void initialize(vault::Vault& vault, const Moment& moment) {
  commit(vault, [&](Catalog& catalog, vault::Transaction& transaction) {
    DatasetRecord root;
    root.name = vault.identity().name;
    root.guid = GuidSource(moment.entropy).next();
    root.creation_seconds = moment.seconds;
    root.createtxg = transaction.txg();
    catalog.add_dataset(root);
  });
}

}  // namespace sealift::catalog
