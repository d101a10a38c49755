// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "catalog/catalog.h"
#include "vault/reserved_space.h"
#include "vault/transaction.h"

namespace sealift::catalog {

/// Publishes the edits of `catalog`; without edits nothing is written.
void publish(Catalog& catalog, vault::Appender& appender, vault::Transaction& transaction);

/// One atomic change of the vault: waits for the writer lock, gives `edit(catalog, transaction)`
/// the newest state, and publishes what it changed together with what `appender` holds. Another
/// process may have committed since the caller last looked, so `edit` checks its preconditions
/// itself; when it throws, nothing has happened. Returns what `edit` returns.
template <class Edit>
auto commit(vault::Vault& vault, vault::Appender& appender, Edit&& edit) {
  vault::Transaction transaction(vault, appender);
  Catalog catalog(vault, transaction.base().catalog);
  if constexpr (std::is_void_v<std::invoke_result_t<Edit, Catalog&, vault::Transaction&>>) {
    std::forward<Edit>(edit)(catalog, transaction);
    publish(catalog, appender, transaction);
  } else {
    auto result = std::forward<Edit>(edit)(catalog, transaction);
    publish(catalog, appender, transaction);
    return result;
  }
}

/// The same for a change that stores no blocks but the catalog's own.
template <class Edit>
auto commit(vault::Vault& vault, Edit&& edit) {
  vault::Appender appender(vault);
  return commit(vault, appender, std::forward<Edit>(edit));
}

/// The same for a change that frees space. Where there is none left to write it, it takes what the
/// vault has set aside, and what it frees is returned to the file system at once.
template <class Edit>
auto commit_freeing(vault::Vault& vault, Edit&& edit) {
  std::unique_ptr<vault::ReservedSpace> reserved;
  try {
    return commit(vault, edit);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRetry) throw;
    reserved = vault::ReservedSpace::take(vault);
    if (reserved == nullptr) throw;
  }
  if constexpr (std::is_void_v<std::invoke_result_t<Edit, Catalog&, vault::Transaction&>>) {
    commit(vault, reserved->appender(), edit);
    reserved->return_freed();
  } else {
    auto result = commit(vault, reserved->appender(), edit);
    reserved->return_freed();
    return result;
  }
}

}  // namespace sealift::catalog
