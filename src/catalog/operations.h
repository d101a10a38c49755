// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/dataset.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/guid_source.h"
#include "catalog/name.h"

namespace sealift::catalog {

/// What operations work on, inside one commit. They check their preconditions against `catalog`
/// as it is now, so they may follow one another in one Change. One that throws may leave edits
/// behind: the commit must then not happen.
struct Change {
  Catalog& catalog;
  Txg txg;
  std::int64_t now_seconds = 0;
  GuidSource& guids;
  /// Gives back the blocks of an orphan that is not empty.
  std::function<void(const Orphan&)> release;

  void give_back(const Orphan& orphan) const {
    if (!orphan.is_empty()) release(orphan);
  }
};

// Each of these is the operation of the same name in <sealift/dataset.h>, and throws as it does.

DatasetRecord create_dataset(Change& change, const std::string& name, const CreateOptions& options);
/// The dataset `name`, made with all its missing ancestors.
DatasetRecord make_path(Change& change, const std::string& name);

Destroyed destroy(Change& change, const std::string& target, const DestroyOptions& options);
/// Destroys one snapshot. Throws Error(kState) if it is held or has clones.
void destroy_snapshot(Change& change, SnapshotId id);
/// Destroys a dataset with its snapshots and all below it, and with `kClones` what was cloned from
/// any of them. Appends the names to `destroyed`.
enum class Clones { kRefuse, kDestroy };
void destroy_tree(Change& change, DatasetId id, Clones clones, std::vector<std::string>& destroyed);
/// Gives up what an interrupted receive left, and the dataset if it was made for that alone.
void discard_partial(Change& change, DatasetId id);

void rename(Change& change, const std::string& from, const std::string& to,
            const RenameOptions& options);
/// Makes a clone the one that its origin belongs to (OpenZFS: zfs promote). Throws Error(kState) for
/// what is no clone and where snapshots would have the same name.
void promote(Change& change, const std::string& name);
void take_snapshots(Change& change, const std::vector<std::string>& names,
                    const SnapshotOptions& options);
void hold(Change& change, const std::string& tag, const std::vector<std::string>& snapshots,
          Recursion recursion);
void release(Change& change, const std::string& tag, const std::vector<std::string>& snapshots,
             Recursion recursion);
void bookmark(Change& change, const std::string& source, const std::string& bookmark);
Destroyed rollback(Change& change, const std::string& snapshot, const RollbackOptions& options);

/// Checks and stores what a user sets.
void set_property(Catalog& catalog, PropertyOwner owner, std::string_view name,
                  std::string_view text);
/// Stores what a stream brought; no other values are touched.
void set_received(Catalog& catalog, PropertyOwner owner, std::string_view name,
                  const PropertyValue& value);
/// `receive -x`: the received value, now or later, is not in force.
void mask_received(Catalog& catalog, PropertyOwner owner, std::string_view name);
/// `inherit`, and `inherit -S`.
void inherit(Catalog& catalog, PropertyOwner owner, std::string_view name,
             const InheritOptions& options);
void set_properties(Change& change, const std::vector<std::string>& names,
                    const Properties& properties);
void inherit_property(Change& change, const std::vector<std::string>& names,
                      const std::string& property, const InheritOptions& options);

/// `dataset` and all below it, parents first.
std::vector<DatasetRecord> with_descendants(const Catalog& catalog, const DatasetRecord& dataset);
/// The catalog of the state that `vault` shows.
Catalog open_catalog(const vault::Vault& vault);
/// The snapshot `name`; throws Error(kState) "cannot open 'dr/a@x': snapshot does not exist".
SnapshotRecord get_snapshot(const Catalog& catalog, const Name& name);

}  // namespace sealift::catalog
