// SPDX-License-Identifier: Apache-2.0
// Making datasets, of <sealift/keyring.h>. Rules and messages are those of OpenZFS
// (lib/libzfs/libzfs_crypto.c, zfs_crypto_create; module/zfs/dsl_crypt.c,
// dmu_objset_create_crypt_check).
#include "keys/dataset_creation.h"

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/release.h"
#include "keys/key_records.h"
#include "keys/root_key.h"

namespace sealift::keys {

using catalog::Catalog;
using catalog::Change;
using catalog::DatasetRecord;

DatasetCreation::Wish DatasetCreation::take_wish(Properties& properties) {
  Wish wish;
  for (auto it = properties.begin(); it != properties.end();) {
    const auto& [name, value] = *it;
    if (name == "encryption") {
      wish.has_suite = true;
      wish.suite = parse_suite(value);
    } else if (name == "keyformat") {
      wish.format = parse_key_format(value);
    } else if (name == "keylocation") {
      wish.location = value;
    } else if (name == "pbkdf2iters") {
      wish.iterations = parse_pbkdf2_iterations(value);
    } else {
      ++it;
      continue;
    }
    it = properties.erase(it);
  }
  return wish;
}

DatasetCreation::DatasetCreation(vault::Vault& vault, const CreateRequest& request,
                                 const KeyObserver& observer, const Tools& tools)
    : vault_(vault),
      request_(request),
      observer_(observer),
      tools_(tools),
      options_(request.options),
      wish_(take_wish(options_.properties)) {}

/// The dataset that stands, below which the new one will.
DatasetRecord DatasetCreation::nearest(const Catalog& catalog) const {
  for (std::string name(catalog::parent_of(request_.name)); !name.empty();
       name = catalog::parent_of(name))
    if (const auto found = catalog.find(name)) return *found;
  return catalog.root();
}

const Suite* DatasetCreation::suite_for(const DatasetRecord& above) const {
  if (wish_.has_suite) return wish_.suite;
  return above.key ? &suite_of(above.key->suite) : nullptr;
}

/// All that is asked for is asked before the commit.
void DatasetCreation::plan(const Catalog& catalog) {
  const DatasetRecord above = nearest(catalog);
  suite_ = suite_for(above);
  if (suite_ == nullptr && wish_.names_a_key() && wish_.location != "none")
    fail(ErrorKind::kUsage, "Encryption must be turned on to set encryption properties");
  if (suite_ != nullptr && !wish_.format && (!above.key || wish_.location))
    fail(ErrorKind::kUsage, "Keyformat required for new encryption root");
  if (suite_ != nullptr && !wish_.format && wish_.iterations)
    fail(ErrorKind::kUsage, "Cannot specify pbkdf2iters without a keyformat");
  const bool inherits = suite_ != nullptr && !wish_.format;
  const bool has_gap =
      above.key && catalog.full_name(above.id) != catalog::parent_of(request_.name);
  if (inherits || has_gap) find_parents_key(catalog);
  if (suite_ != nullptr && wish_.format) make_root_key();
}

void DatasetCreation::make_root_key() {
  new_location_ = wish_.location.value_or(kPrompt);
  new_key_ = make_new_key({request_.name, *wish_.format, new_location_, wish_.iterations},
                          request_.key, tools_.random);
}

void DatasetCreation::find_parents_key(const Catalog& catalog) {
  const DatasetRecord root = encryption_root(catalog, nearest(catalog));
  const catalog::Wrapping wrapping = own_wrapping(catalog, root);
  const auto keep = [&](WrappingKey key) {
    inherited_ = Inherited{root.id, std::move(key), derivation_of(wrapping)};
  };
  if (request_.key.loaded != nullptr && request_.key.location.empty()) {
    auto found = LoadedKeys(*request_.key.loaded, tools_.clock).find_opening(catalog, root);
    if (found) return keep(std::move(found->key));
  }
  const bool is_at_hand =
      !request_.key.location.empty() || is_unattended(stored_location(catalog, root));
  if (is_at_hand) return keep(read_root_key(catalog, root, request_.key));
  Error error(ErrorKind::kState, "encryption root's key is not loaded or provided");
  error.set_hint(fmt::format("sealift load-key {}", catalog.full_name(root.id)));
  throw error;
}

/// Gives `dataset`, just made, a master key under the new wrapping key, as its own root.
void DatasetCreation::seal(Catalog& catalog, DatasetRecord dataset, const Suite& suite) {
  const MasterKey master = MasterKey::generate(suite, tools_.random);
  const bool is_root = new_key_.has_value();
  catalog::Wrapping wrapping =
      is_root ? master.wrap(new_key_->key, new_key_->derivation, tools_.random)
              : master.wrap(inherited_->key, inherited_->derivation, tools_.random);
  wrapping.arrived_seconds = dataset.creation_seconds;
  dataset.key = catalog::KeyRecord{suite.number, wrapping.key_guid, wrapping.version,
                                   catalog.add_wrapping(dataset.id, wrapping),
                                   is_root ? dataset.id : inherited_->root};
  catalog.update(dataset);
  if (is_root) catalog::set_property(catalog, {dataset.id, {}}, "keylocation", new_location_);
}

/// The same for one that inherits what the dataset above it has.
void DatasetCreation::seal_below(Catalog& catalog, const DatasetRecord& dataset,
                                 const Suite& suite) {
  const DatasetRecord root = encryption_root(catalog, catalog.dataset(dataset.parent));
  if (!inherited_ || root.id != inherited_->root ||
      !MasterKey::unwrap(own_wrapping(catalog, root), inherited_->key))
    fail(ErrorKind::kState, "the key of its parent was changed meanwhile");
  seal(catalog, dataset, suite);
}

/// Each inherits encryption from the one above it.
void DatasetCreation::make_missing_parents(Change& change) {
  std::vector<std::string> missing;
  for (std::string name(catalog::parent_of(request_.name));
       !name.empty() && !change.catalog.find(name); name = catalog::parent_of(name))
    missing.push_back(name);
  std::optional<NewKey> own = std::exchange(new_key_, std::nullopt);
  for (auto name = missing.rbegin(); name != missing.rend(); ++name) {
    const DatasetRecord made = catalog::create_dataset(change, *name, {});
    const DatasetRecord above = change.catalog.dataset(made.parent);
    if (above.key) seal_below(change.catalog, made, suite_of(above.key->suite));
  }
  new_key_ = std::move(own);
}

void DatasetCreation::make(Change& change) {
  if (options_.parents && change.catalog.find(request_.name)) return;
  if (options_.parents && !catalog::parent_of(request_.name).empty()) make_missing_parents(change);
  const DatasetRecord made = catalog::create_dataset(change, request_.name, options_);
  const DatasetRecord above = change.catalog.dataset(made.parent);
  if (suite_for(above) != suite_)
    fail(ErrorKind::kState, "the encryption of its parent was changed meanwhile");
  if (suite_ == nullptr) return;
  if (new_key_) {
    seal(change.catalog, made, *suite_);
  } else {
    seal_below(change.catalog, made, *suite_);
  }
}

/// The dataset stands: what cannot be kept has to be given again, no more.
void DatasetCreation::keep_new_key(const Catalog& catalog) {
  if (!new_key_ || request_.key.loaded == nullptr) return;
  try {
    LoadedKeys(*request_.key.loaded, tools_.clock)
        .keep(catalog, catalog.get(request_.name), {std::move(new_key_->key), 0});
  } catch (const Error& error) {
    if (observer_.on_warning) observer_.on_warning(error.what());
  }
}

void DatasetCreation::run(const Moment& moment) {
  catalog::parse_dataset_name(request_.name);
  const Catalog before = catalog::open_catalog(vault_);
  const bool is_there = before.find(request_.name).has_value();
  if (!is_there)
    in_context(fmt::format("cannot create '{}'", request_.name), [&] { plan(before); });
  catalog::GuidSource guids(moment.entropy);
  catalog::commit(vault_, [&](Catalog& catalog, vault::Transaction& transaction) {
    Change change{catalog, transaction.txg(), moment.seconds, guids,
                  catalog::make_release(vault_, transaction)};
    make(change);
  });
  if (!is_there) keep_new_key(catalog::open_catalog(vault_));
}

}  // namespace sealift::keys

namespace sealift {

void create_dataset(Vault& vault, const CreateRequest& request, const KeyObserver& observer,
                    const Moment& moment) {
  keys::DatasetCreation(vault.inner(), request, observer, {}).run(moment);
}

}  // namespace sealift
