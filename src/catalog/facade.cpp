// SPDX-License-Identifier: Apache-2.0
// The functions of <sealift/dataset.h>: each is an operation in a commit of its own.
#include <sealift/dataset.h>
#include <sealift/error.h>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/operations.h"
#include "catalog/release.h"
#include "catalog/return_freed.h"

namespace sealift::catalog {
namespace {

/// One operation, one commit.
template <class Operation>
auto run(Vault& vault, const Moment& moment, Operation&& operation) {
  GuidSource guids(moment.entropy);
  return commit(vault.inner(), [&](Catalog& catalog, vault::Transaction& transaction) {
    Change change{catalog, transaction.txg(), moment.seconds, guids,
                  make_release(vault.inner(), transaction)};
    return operation(change);
  });
}

/// The same for an operation that frees space.
template <class Operation>
auto run_freeing(Vault& vault, Operation&& operation) {
  GuidSource guids(0);
  return commit_freeing(vault.inner(), [&](Catalog& catalog, vault::Transaction& transaction) {
    Change change{catalog, transaction.txg(), 0, guids, make_release(vault.inner(), transaction)};
    return operation(change);
  });
}

/// What an operation would do: on a catalog whose edits go nowhere.
template <class Operation>
auto rehearse(const Vault& vault, Operation&& operation) {
  Catalog catalog = open_catalog(vault.inner());
  GuidSource guids(0);
  Change change{catalog, vault.inner().root().txg, 0, guids, [](const Orphan&) {}};
  return operation(change);
}

}  // namespace
}  // namespace sealift::catalog

namespace sealift {
using catalog::Change;

void create_dataset(Vault& vault, const std::string& name, const CreateOptions& options,
                    const Moment& moment) {
  catalog::run(vault, moment,
               [&](Change& change) { return catalog::create_dataset(change, name, options).id; });
}

Destroyed destroy(Vault& vault, const std::string& target, const DestroyOptions& options) {
  const auto operation = [&](Change& change) { return catalog::destroy(change, target, options); };
  if (options.dry_run) return catalog::rehearse(vault, operation);
  const Destroyed destroyed = catalog::run_freeing(vault, operation);
  catalog::return_freed(vault.inner(), destroyed.reclaimed_bytes, vault.available_bytes());
  return destroyed;
}

void rename(Vault& vault, const std::string& from, const std::string& to,
            const RenameOptions& options, const Moment& moment) {
  catalog::run(vault, moment, [&](Change& change) { catalog::rename(change, from, to, options); });
}

void take_snapshots(Vault& vault, const std::vector<std::string>& names,
                    const SnapshotOptions& options, const Moment& moment) {
  catalog::run(vault, moment,
               [&](Change& change) { catalog::take_snapshots(change, names, options); });
}

void hold(Vault& vault, const std::string& tag, const std::vector<std::string>& snapshots,
          Recursion recursion, const Moment& moment) {
  catalog::run(vault, moment,
               [&](Change& change) { catalog::hold(change, tag, snapshots, recursion); });
}

void release(Vault& vault, const std::string& tag, const std::vector<std::string>& snapshots,
             Recursion recursion) {
  catalog::run_freeing(
      vault, [&](Change& change) { catalog::release(change, tag, snapshots, recursion); });
}

void bookmark(Vault& vault, const std::string& source, const std::string& bookmark) {
  catalog::run(vault, Moment{},
               [&](Change& change) { catalog::bookmark(change, source, bookmark); });
}

void promote(Vault& vault, const std::string& name) {
  catalog::run(vault, Moment{}, [&](Change& change) { catalog::promote(change, name); });
}

Destroyed rollback(Vault& vault, const std::string& snapshot, const RollbackOptions& options) {
  const Destroyed destroyed = catalog::run_freeing(
      vault, [&](Change& change) { return catalog::rollback(change, snapshot, options); });
  catalog::return_freed(vault.inner(), destroyed.reclaimed_bytes, vault.available_bytes());
  return destroyed;
}

void set_properties(Vault& vault, const std::vector<std::string>& names,
                    const Properties& properties) {
  catalog::run(vault, Moment{},
               [&](Change& change) { catalog::set_properties(change, names, properties); });
}

void inherit_property(Vault& vault, const std::vector<std::string>& names,
                      const std::string& property, const InheritOptions& options) {
  catalog::run(vault, Moment{}, [&](Change& change) {
    catalog::inherit_property(change, names, property, options);
  });
}

}  // namespace sealift
