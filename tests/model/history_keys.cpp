// SPDX-License-Identifier: Apache-2.0
// The steps of a history that happen within one vault.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "catalog/name.h"
#include "keys/key_change.h"
#include "model/history.h"
#include "support/memory_keyring.h"

namespace sealift::model {

void History::rewrap(catalog::Change& change, const catalog::DatasetRecord& dataset,
                     WrappingKeyId now, const NewWrapping& wanted) {
  catalog::Catalog& catalog = change.catalog;
  const auto own = catalog.wrapping(dataset.id, dataset.key->own);
  const auto key = keys::MasterKey::unwrap(own.value(), wrapping_key(now));
  if (!key) fail(catalog.full_name(dataset.id) + " does not open");
  catalog::DatasetRecord changed = dataset;
  changed.key->own = catalog.add_wrapping(
      dataset.id, key->wrap(wrapping_key(wanted.key), wanted.derivation, SeededRandom(random_)));
  changed.key->encryption_root = wanted.root;
  catalog.update(changed);
}

void History::change_key() {
  const Chosen at = any_dataset(any_place());
  if (at && at.dataset->is_root()) rotate(at);
}

/// A root and all that inherit from it, in one commit.
void History::rotate(const Chosen& at) {
  const WrappingKeyId before = at.dataset->key;
  NewWrapping wanted{random_(), any_derivation(), {}};
  Model changed = at.place->model;
  for (auto& [name, dataset] : changed)
    if (dataset.root == at.dataset->number) dataset.key = wanted.key;
  // On clones only their family's first dataset can change the key; and PBKDF2 would eat the time.
  const bool can_user = at.dataset->origin == 0;
  if (can_user && wanted.derivation.format == keys::KeyFormat::kRaw)
    return change_key_of(at, changed, wanted.key);
  commit(*at.place, changed, [&](Site& site) {
    site.edit([&](catalog::Change& change) {
      wanted.root = change.catalog.get(at.name).id;
      for (const catalog::DatasetId heir : change.catalog.encryption_heirs(wanted.root))
        rewrap(change, change.catalog.dataset(heir), before, wanted);
    });
  });
}

namespace {

/// The keys of these datasets, which are encryption roots, loaded.
void load(const sealift::test::MemoryKeyring& keyring, Site& site, const Model& model,
          const std::vector<std::string>& roots) {
  const catalog::Catalog catalog = site.catalog();
  for (const std::string& name : roots)
    keys::LoadedKeys(keyring).keep(catalog, catalog.get(name),
                                   {wrapping_key(model.at(name).key), 0});
}

}  // namespace

void History::change_key_of(const Chosen& at, const Model& wanted, WrappingKeyId fresh) {
  const sealift::test::MemoryKeyring keyring;
  load(keyring, at.place->site, at.place->model, {at.name});
  ChangeKeyRequest request;
  request.dataset = at.name;
  request.properties = {{"keyformat", "raw"}, {"keylocation", "prompt"}};
  request.key.loaded = &keyring;
  request.key.ask = [&](const KeyQuestion&, ByteSpan into) {
    const Bytes key = expand(fresh, keys::WrappingKey::kBytes);
    std::copy(key.begin(), key.end(), into.begin());
    return key.size();
  };
  const SeededRandom random(random_);
  commit(*at.place, wanted, [&](Site& site) {
    site.use([&](vault::Vault& vault) {
      keys::KeyChange(vault, request, {}, {1'700'000'000, random}).change();
    });
  });
}

void History::inherit_key_of(const Chosen& at, const Model& wanted, const std::string& root) {
  const sealift::test::MemoryKeyring keyring;
  load(keyring, at.place->site, at.place->model, {at.name, root});
  ChangeKeyRequest request;
  request.dataset = at.name;
  request.key.loaded = &keyring;
  const SeededRandom random(random_);
  commit(*at.place, wanted, [&](Site& site) {
    site.use([&](vault::Vault& vault) {
      keys::KeyChange(vault, request, {}, {1'700'000'000, random}).inherit();
    });
  });
}

/// A root becomes an heir of the root above it, and its heirs with it.
void History::inherit_key() {
  const Chosen at = any_dataset(any_place());
  if (!at || !at.dataset->is_root() || at.dataset->origin != 0) return;
  const std::string parent = parent_of(at.name);
  if (parent == "memory") return;
  const std::string root_name = *name_of(at.place->model, at.place->model.at(parent).root);
  const Dataset& root = at.place->model.at(root_name);
  if (root.number == at.dataset->number) return;
  Model changed = at.place->model;
  for (auto& [name, dataset] : changed) {
    if (dataset.root != at.dataset->number) continue;
    dataset.key = root.key;
    dataset.root = root.number;
  }
  inherit_key_of(at, changed, root_name);
}

namespace {

/// Does `edit`, or finds it refused.
bool is_done(Site& site, const std::function<void(catalog::Change&)>& edit) {
  try {
    site.edit(edit);
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kState || error.kind() == ErrorKind::kUsage) return false;
    throw;
  }
}

}  // namespace

/// Out from under its root an heir cannot go.
void History::rename() {
  const Chosen at = any_dataset(any_place());
  if (!at) return;
  const auto to = free_name(*at.place);
  if (!to || is_within(*to, at.name)) return;
  const std::string parent = parent_of(*to);
  const Dataset* above = parent == "memory" ? nullptr : &at.place->model.at(parent);
  const bool may = at.dataset->is_root() || (above != nullptr && above->root == at.dataset->root);
  const bool done = is_done(
      at.place->site, [&](catalog::Change& change) { catalog::rename(change, at.name, *to, {}); });
  if (done != may) fail(done ? "renamed out from under its root" : "not renamed");
  count(done);
  if (!done) return;
  Model moved;
  for (const auto& [name, dataset] : at.place->model)
    moved[is_within(name, at.name) ? *to + name.substr(at.name.size()) : name] = dataset;
  at.place->model = moved;
}

void History::roll_back() {
  const Chosen at = dataset_with_snapshots();
  if (!at) return;
  auto& list = at.dataset->snapshots;
  const std::size_t kept = 1 + draw(list.size());
  bool may = true;
  for (std::size_t i = kept; i < list.size(); ++i)
    may = may && !has_clones(at.place->model, *at.dataset, list[i].guid);
  RollbackOptions options;
  options.recursive = true;
  const bool done = is_done(at.place->site, [&](catalog::Change& change) {
    catalog::rollback(change, at.name + '@' + list[kept - 1].name, options);
  });
  if (done != may) fail(done ? "rolled back beyond a clone" : "not rolled back");
  count(done);
  if (!done) return;
  list.resize(kept);
  at.dataset->head = list.back().object_set;
}

void History::destroy_snapshot() {
  const Chosen at = dataset_with_snapshots();
  if (!at) return;
  auto& list = at.dataset->snapshots;
  const auto victim = list.begin() + static_cast<std::ptrdiff_t>(draw(list.size()));
  const bool may = !has_clones(at.place->model, *at.dataset, victim->guid);
  const bool done = is_done(at.place->site, [&](catalog::Change& change) {
    catalog::destroy(change, at.name + '@' + victim->name, {});
  });
  if (done != may) fail(done ? "destroyed what a clone builds on" : "not destroyed");
  count(done);
  if (done) list.erase(victim);
}

void History::destroy_dataset() {
  const Chosen at = any_dataset(any_place());
  if (!at) return;
  Model wanted = at.place->model;
  bool may = true;
  std::set<DatasetNumber> gone;
  for (const auto& [name, dataset] : at.place->model)
    if (is_within(name, at.name)) gone.insert(dataset.number);
  for (const auto& [name, dataset] : at.place->model) {
    if (gone.count(dataset.number) != 0) {
      wanted.erase(name);
    } else {
      may = may && gone.count(dataset.origin) == 0 && gone.count(dataset.root) == 0;
    }
  }
  DestroyOptions options;
  options.recursive = true;
  const bool done = is_done(
      at.place->site, [&](catalog::Change& change) { catalog::destroy(change, at.name, options); });
  // A clone that stands above its own origin may be refused.
  bool is_crossed = false;
  for (const auto& [name, dataset] : at.place->model)
    if (gone.count(dataset.origin) != 0) is_crossed = true;
  if (done && !may) fail("destroyed what others need");
  if (!done && may && !is_crossed) fail("not destroyed");
  count(done);
  if (done) at.place->model = wanted;
}

}  // namespace sealift::model
