// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {
namespace {

constexpr std::size_t kMaxNamesInHint = 100;

[[noreturn]] void refuse(const std::string& target, std::string_view why, char option,
                         std::vector<std::string> dependents) {
  std::sort(dependents.begin(), dependents.end());
  if (dependents.size() > kMaxNamesInHint) {
    dependents.resize(kMaxNamesInHint);
    dependents.emplace_back("...");
  }
  Error error(ErrorKind::kState, fmt::format("cannot destroy '{}': {}", target, why));
  error.set_hint(fmt::format("use '-{}' to destroy the following datasets:\n{}", option,
                             fmt::join(dependents, "\n")));
  throw error;
}

std::string_view type_name(const DatasetRecord& dataset) {
  return dataset.type == DatasetType::kVolume ? "volume" : "filesystem";
}

/// Clones of `dataset`'s snapshots that do not stand below `top`.
void find_outer_clones(const Catalog& catalog, DatasetId dataset, DatasetId top,
                       std::vector<DatasetId>& found) {
  catalog.each_snapshot(dataset, [&](const SnapshotRecord& snapshot) {
    if (snapshot.clone_count == 0) return true;
    for (const DatasetId clone : catalog.clones(snapshot.id)) {
      if (!catalog.is_within(clone, top)) found.push_back(clone);
    }
    return true;
  });
}

void check_clones(const Catalog& catalog, const SnapshotRecord& snapshot) {
  if (snapshot.clone_count == 0) return;
  std::vector<std::string> names;
  for (const DatasetId clone : catalog.clones(snapshot.id)) {
    names.push_back(catalog.full_name(clone));
  }
  refuse(catalog.full_name(snapshot.id), "snapshot has dependent clones", 'R', names);
}

/// Destroys datasets with all that depends on them.
class Ending {
 public:
  /// Appends the names of what it destroyed to `destroyed`.
  Ending(Change& change, std::vector<std::string>& destroyed)
      : change_(change), destroyed_(destroyed) {}

  /// `id` and all below it, whatever it is.
  void tree(DatasetId id) {
    if (!under_way_.insert(id).second)
      fail(ErrorKind::kState,
           "cannot destroy '{}': recursive dependency: it is a clone of what stands below it",
           change_.catalog.full_name(id));
    for (const DatasetRecord& child : change_.catalog.children(id)) {
      // As a clone of an elder sibling it may be gone already.
      if (change_.catalog.find(child.id)) tree(child.id);
    }
    if (change_.catalog.find(id)) one(id);
    under_way_.erase(id);
  }

  void clones(SnapshotId id) {
    for (const DatasetId clone : change_.catalog.clones(id)) tree(clone);
  }

  /// When all is gone that goes. What was destroyed took its wrappings with it: nobody who stays
  /// may depend on them.
  void check_heirs() const {
    for (const auto& [root, name] : roots_)
      for (const DatasetId heir : change_.catalog.encryption_heirs(root))
        fail(ErrorKind::kState, "cannot destroy '{}': '{}' is opened by its key", name,
             change_.catalog.full_name(heir));
  }

 private:
  void one(DatasetId id) {
    const DatasetRecord victim = change_.catalog.dataset(id);
    const std::string name = change_.catalog.full_name(id);
    for (const SnapshotRecord& snapshot : change_.catalog.snapshots(id)) {
      clones(snapshot.id);
      destroyed_.push_back(name + '@' + snapshot.name);
      destroy_snapshot(change_, snapshot.id);
    }
    change_.give_back(change_.catalog.remove_partial(id));
    if (!victim.parent) {
      change_.give_back(change_.catalog.reset_head(id));
      return;  // a vault keeps its root dataset
    }
    if (victim.is_encryption_root()) roots_.emplace_back(id, name);
    destroyed_.push_back(name);
    change_.give_back(change_.catalog.remove_dataset(id));
  }

  Change& change_;
  std::vector<std::string>& destroyed_;
  std::set<DatasetId> under_way_;
  std::vector<std::pair<DatasetId, std::string>> roots_;  ///< encryption roots that are gone
};

void check_outer_clones(const Catalog& catalog, const DatasetRecord& victim) {
  std::vector<DatasetId> outer;
  for (const DatasetRecord& each : with_descendants(catalog, victim)) {
    find_outer_clones(catalog, each.id, victim.id, outer);
  }
  if (outer.empty()) return;
  std::vector<std::string> names;
  for (const DatasetId id : outer) names.push_back(catalog.full_name(id));
  refuse(catalog.full_name(victim.id), fmt::format("{} has dependent clones", type_name(victim)),
         'R', names);
}

void check_children(const Catalog& catalog, const DatasetRecord& victim) {
  std::vector<std::string> below;
  for (const DatasetRecord& each : with_descendants(catalog, victim)) {
    const std::string name = catalog.full_name(each.id);
    if (each.id != victim.id) below.push_back(name);
    catalog.each_snapshot(each.id, [&](const SnapshotRecord& snapshot) {
      below.push_back(name + '@' + snapshot.name);
      return below.size() <= kMaxNamesInHint;
    });
  }
  if (below.empty()) return;
  refuse(catalog.full_name(victim.id), fmt::format("{} has children", type_name(victim)), 'r',
         below);
}

void destroy_dataset(Change& change, const std::string& name, const DestroyOptions& options,
                     std::vector<std::string>& destroyed) {
  const DatasetRecord victim = change.catalog.get(name);
  if (!victim.parent && !options.recursive && !options.dependents) {
    Error error(ErrorKind::kState,
                fmt::format("cannot destroy '{}': it is the vault's root dataset", name));
    error.set_hint(
        fmt::format("use '-r' to destroy all datasets in the vault; to be rid of the "
                    "vault itself remove its directory"));
    throw error;
  }
  if (!options.recursive && !options.dependents) check_children(change.catalog, victim);
  destroy_tree(change, victim.id, options.dependents ? Clones::kDestroy : Clones::kRefuse,
               destroyed);
}

/// "a", "a%b", "%b", "a%", "%": the snapshots of `dataset` that it takes, oldest first. A name that
/// is not there takes nothing (a child need not have it); a missing end of a range is an error.
std::vector<SnapshotRecord> select(const Catalog& catalog, const DatasetRecord& dataset,
                                   const std::string& spec) {
  const std::size_t percent = spec.find('%');
  std::vector<SnapshotRecord> found;
  if (percent == std::string::npos) {
    if (auto one = catalog.find_snapshot(dataset.id, spec)) found.push_back(*one);
    return found;
  }
  const auto end = [&](const std::string& name) {
    if (!name.empty()) check_component(name);
    return name.empty() ? std::nullopt : catalog.find_snapshot(dataset.id, name);
  };
  const std::string first_name = spec.substr(0, percent);
  const std::string last_name = spec.substr(percent + 1);
  const auto first = end(first_name);
  const auto last = end(last_name);
  if ((!first && !first_name.empty()) || (!last && !last_name.empty())) return found;
  catalog.each_snapshot(dataset.id, [&](const SnapshotRecord& snapshot) {
    const bool is_late_enough = !first || snapshot.id.birth >= first->id.birth;
    const bool is_early_enough = !last || snapshot.id.birth <= last->id.birth;
    if (is_late_enough && is_early_enough) found.push_back(snapshot);
    return is_early_enough;
  });
  return found;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

void destroy_snapshots(Change& change, const std::string& target, const DestroyOptions& options,
                       std::vector<std::string>& destroyed) {
  const std::size_t at = target.find('@');
  const bool is_recursive = options.recursive || options.dependents;
  const DatasetRecord top = change.catalog.get(parse_dataset_name(target.substr(0, at)));
  const auto datasets = is_recursive ? with_descendants(change.catalog, top) : std::vector{top};
  const std::size_t before = destroyed.size();
  Ending ending(change, destroyed);
  for (const DatasetRecord& dataset : datasets) {
    for (const std::string& spec : split(target.substr(at + 1), ',')) {
      for (const SnapshotRecord& snapshot : select(change.catalog, dataset, spec)) {
        if (!options.dependents) check_clones(change.catalog, snapshot);
        ending.clones(snapshot.id);
        destroyed.push_back(change.catalog.full_name(snapshot.id));
        destroy_snapshot(change, snapshot.id);
      }
    }
  }
  if (destroyed.size() == before) {
    fail(ErrorKind::kState, "could not find any snapshots to destroy; check snapshot names.");
  }
  ending.check_heirs();
}

void destroy_bookmark(Change& change, const std::string& target, const DestroyOptions& options) {
  if (options.recursive || options.dependents) {
    fail(ErrorKind::kUsage, "recursive is not supported with bookmark");
  }
  const Name name = parse_name(target);
  if (!change.catalog.remove_bookmark(change.catalog.get(name.dataset).id, name.item)) {
    fail(ErrorKind::kState, "bookmark '{}' does not exist.", target);
  }
}

}  // namespace

void destroy_snapshot(Change& change, SnapshotId id) {
  const SnapshotRecord victim = change.catalog.snapshot(id);
  if (victim.hold_count != 0) {
    fail(ErrorKind::kState, "cannot destroy snapshot {}: dataset is busy (it is held)",
         change.catalog.full_name(id));
  }
  check_clones(change.catalog, victim);
  change.give_back(change.catalog.remove_snapshot(id));
}

void destroy_tree(Change& change, DatasetId id, Clones clones,
                  std::vector<std::string>& destroyed) {
  if (clones == Clones::kRefuse) check_outer_clones(change.catalog, change.catalog.dataset(id));
  Ending ending(change, destroyed);
  ending.tree(id);
  ending.check_heirs();
}

void discard_partial(Change& change, DatasetId id) {
  const DatasetRecord dataset = change.catalog.dataset(id);
  change.give_back(change.catalog.remove_partial(id));
  if (dataset.is_incomplete) change.give_back(change.catalog.remove_dataset(id));
}

Destroyed destroy(Change& change, const std::string& target, const DestroyOptions& options) {
  Destroyed result;
  const std::uint64_t before = change.catalog.root().used_bytes();
  if (target.find('@') != std::string::npos) {
    destroy_snapshots(change, target, options, result.names);
  } else if (target.find('#') != std::string::npos) {
    destroy_bookmark(change, target, options);
    result.names.push_back(target);
  } else {
    destroy_dataset(change, parse_dataset_name(target), options, result.names);
  }
  result.reclaimed_bytes = before - change.catalog.root().used_bytes();
  return result;
}

}  // namespace sealift::catalog
