// SPDX-License-Identifier: Apache-2.0
#include "vault/return_space.h"

#include "vault/transaction.h"
#include "vault/vault_impl.h"

namespace sealift::vault {

namespace {

void commit_as_it_is(Vault& vault, Appender& appender) {
  Transaction transaction(vault, appender);
  transaction.commit(transaction.base().catalog);
}

}  // namespace

void return_space(Vault& vault) {
  Appender appender(vault);
  return_space(vault, appender);
}

void return_space(Vault& vault, Appender& appender) {
  vault.refresh();
  const Txg freed = vault.root().txg;
  // Until then the ring still holds a root of before, and standing still means nothing.
  const std::uint64_t patience = freed.value + kRetainedRoots;
  std::vector<std::pair<Txg, Extent>> before;
  for (;;) {
    commit_as_it_is(vault, appender);
    const auto waiting = vault.impl().space_of(vault.impl().uberblock()).freeable(freed, 1);
    if (vault.root().txg.value > patience && (waiting.empty() || waiting == before)) return;
    before = waiting;
  }
}

}  // namespace sealift::vault
