// SPDX-License-Identifier: Apache-2.0
// Fills an empty vault with datasets and snapshots of no contents, for the benchmarks.
//
//   make_catalog VAULT_DIRECTORY DATASETS SNAPSHOTS_EACH

#include <cstdio>
#include <string>

#include "catalog/commit.h"
#include "vault/vault.h"

namespace {

using namespace sealift;

void fill(catalog::Catalog& catalog, vault::Txg txg, unsigned dataset, unsigned snapshots) {
  catalog::DatasetRecord fresh;
  fresh.parent = catalog.root().id;
  fresh.name = "set" + std::to_string(dataset);
  fresh.guid = 1000 + dataset;
  const catalog::DatasetId id = catalog.add_dataset(fresh).id;
  for (unsigned i = 1; i <= snapshots; ++i) {
    catalog::NewSnapshot snapshot;
    snapshot.record.id = {id, catalog::Birth{i}};
    snapshot.record.name = "daily-" + std::to_string(20200000 + i);
    snapshot.record.guid = std::uint64_t{dataset} << 32 | i;
    snapshot.record.ivset_guid = snapshot.record.guid;
    snapshot.record.creation_seconds = 1577836800 + std::int64_t{i} * 86400;
    snapshot.record.objset = {1, 512, 512ULL * i, {}};
    snapshot.record.referenced_bytes = 1U << 20;
    catalog.add_snapshot(snapshot, txg);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: make_catalog VAULT_DIRECTORY DATASETS SNAPSHOTS_EACH\n");
    return 2;
  }
  const auto vault = vault::Vault::open(argv[1], vault::Access::kWrite);
  const auto datasets = static_cast<unsigned>(std::stoul(argv[2]));
  const auto snapshots = static_cast<unsigned>(std::stoul(argv[3]));
  catalog::commit(*vault, [&](catalog::Catalog& catalog, vault::Transaction& transaction) {
    for (unsigned i = 1; i <= datasets; ++i) fill(catalog, transaction.txg(), i, snapshots);
  });
  return 0;
}
