// SPDX-License-Identifier: Apache-2.0
// Changing keys, of <sealift/keyring.h>. Rules and messages are those of OpenZFS
// (lib/libzfs/libzfs_crypto.c, module/zfs/dsl_crypt.c), which however takes for granted that all
// heirs open.
//
// 1. All that is asked for is asked before the commit, and nothing is believed in it that was seen
//    before: who belongs to the family, and that the key opens each of them, is found anew.
// 2. One commit takes the whole family over, or none.
// 3. The wrappings before stay beside the new ones.
#include <sealift/keyring.h>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/name.h"
#include "catalog/operations.h"
#include "keys/key_change.h"
#include "keys/key_records.h"
#include "keys/root_key.h"

namespace sealift::keys {

using catalog::Catalog;
using catalog::DatasetRecord;

namespace {

struct KeyProperties {
  std::optional<KeyFormat> format;
  std::optional<std::string> location;
  std::optional<std::uint64_t> iterations;
};

KeyProperties split(const Properties& all, Properties& user) {
  KeyProperties found;
  for (const auto& [name, value] : all) {
    if (name == "keyformat") {
      found.format = parse_key_format(value);
    } else if (name == "keylocation") {
      found.location = value;
    } else if (name == "pbkdf2iters") {
      found.iterations = parse_pbkdf2_iterations(value);
    } else if (is_user_property(name)) {
      user.emplace(name, value);
    } else {
      fail(ErrorKind::kUsage,
           "Only keyformat, keylocation, pbkdf2iters, and user properties may be set with this "
           "command");
    }
  }
  return found;
}

}  // namespace

KeyChange::KeyChange(vault::Vault& vault, const ChangeKeyRequest& request,
                     const KeyObserver& observer, const Tools& tools)
    : vault_(vault),
      request_(request),
      observer_(observer),
      tools_(tools),
      before_(catalog::open_catalog(vault)),
      dataset_(before_.get(catalog::parse_dataset_name(request.dataset))) {
  if (request.key.loaded != nullptr) keyring_.emplace(*request.key.loaded, tools.clock);
}

void KeyChange::check_changeable() const {
  if (!dataset_.key) fail(ErrorKind::kState, "Dataset not encrypted");
  if (dataset_.origin) fail(ErrorKind::kState, "Keys cannot be changed on clones");
}

/// The key that opens `root` now.
LoadedKey KeyChange::key_of(const DatasetRecord& root, const char* complaint) {
  if (keyring_)
    if (auto found = keyring_->find_opening(before_, root)) return std::move(*found);
  const std::string name = before_.full_name(root.id);
  if (!request_.load) {
    Error error(ErrorKind::kState, complaint);
    error.set_hint(fmt::format("sealift load-key {}, or add -l", name));
    throw error;
  }
  LoadedKey key{read_root_key(before_, root, request_.key), 0};
  keep(before_, root, key);
  return key;
}

/// The new state stands, or will: what cannot be kept has to be given again, no more.
void KeyChange::keep(const Catalog& catalog, const DatasetRecord& root, const LoadedKey& key) {
  if (!keyring_) return;
  try {
    keyring_->keep(catalog, root, key);
  } catch (const Error& error) {
    if (observer_.on_warning) observer_.on_warning(error.what());
    keyring_.reset();
  }
}

/// Throws Error(kRefused) if `key` does not open it.
MasterKey KeyChange::open(const Catalog& catalog, const DatasetRecord& member,
                          const WrappingKey& key) const {
  auto master = MasterKey::unwrap(own_wrapping(catalog, member), key);
  if (!master) refuse(catalog, member);
  return *std::move(master);
}

/// Before anybody is asked for a new key.
void KeyChange::check_family(const WrappingKey& key) const {
  for (const DatasetRecord& each : key_family(before_, dataset_)) open(before_, each, key);
}

void KeyChange::refuse(const Catalog& catalog, const DatasetRecord& closed) const {
  const std::string root = catalog.full_name(closed.key->encryption_root);
  Error error(ErrorKind::kRefused,
              fmt::format("'{}' does not open with the key of its encryption root '{}', and would "
                          "be lost to it",
                          catalog.full_name(closed.id), root));
  error.set_hint(
      fmt::format("'sealift key status -r {}' shows what opens, and 'sealift key adopt' "
                  "puts another wrapping in force",
                  root));
  throw error;
}

void KeyChange::rewrap_family(Catalog& catalog, const WrappingKey& key,
                              const Target& target) const {
  for (DatasetRecord& each : key_family(catalog, again(catalog))) {
    catalog::Wrapping wrapping =
        open(catalog, each, key).wrap(*target.key, target.derivation, tools_.random);
    wrapping.arrived_seconds = tools_.seconds;
    each.key->own = catalog.add_wrapping(each.id, wrapping);
    each.key->encryption_root = target.root;
    catalog.update(each);
  }
}

void KeyChange::set_user_properties(Catalog& catalog, const Properties& user) const {
  for (const auto& [name, value] : user)
    catalog::set_property(catalog, {dataset_.id, {}}, name, value);
}

/// The dataset as it is in the commit. Throws Error(kState) where it changed its root meanwhile.
DatasetRecord KeyChange::again(const Catalog& catalog) const {
  const auto now = catalog.find(dataset_.id);
  if (!now || !now->key || now->origin != dataset_.origin ||
      now->key->encryption_root != dataset_.key->encryption_root)
    fail(ErrorKind::kState, "'{}' was changed meanwhile", request_.dataset);
  return *now;
}

void KeyChange::change() {
  check_changeable();
  Properties user;
  const KeyProperties wanted = split(request_.properties, user);
  const DatasetRecord root = encryption_root(before_, dataset_);
  const LoadedKey old = key_of(root, "Key must be loaded");
  check_family(old.key);

  const NewKeyPlan plan = plan_key(wanted.format, wanted.location, wanted.iterations);
  NewKey fresh = make_new_key(plan, request_.key, tools_.random);
  catalog::commit(vault_, [&](Catalog& catalog, vault::Transaction&) {
    rewrap_family(catalog, old.key, {dataset_.id, &fresh.key, fresh.derivation});
    set_user_properties(catalog, user);
    if (wanted.location || !dataset_.is_encryption_root())
      catalog::set_property(catalog, {dataset_.id, {}}, "keylocation", plan.location);
  });
  keep(before_, dataset_, {std::move(fresh.key), old.ends_seconds});
}

/// What is not given stays as it is, but for a new root's.
NewKeyPlan KeyChange::plan_key(std::optional<KeyFormat> format, std::optional<std::string> location,
                               std::optional<std::uint64_t> iterations) const {
  if (!format && !dataset_.is_encryption_root())
    fail(ErrorKind::kUsage, "Keyformat required for new encryption root");
  if (!format) format = derivation_of(own_wrapping(before_, dataset_)).format;
  if (!location && dataset_.is_encryption_root()) location = stored_location(before_, dataset_);
  if (!location || location->empty()) location = kPrompt;
  return {request_.dataset, *format, *location, iterations};
}

void KeyChange::inherit() {
  check_changeable();
  for (const auto& [name, value] : request_.properties)
    if (!is_user_property(name))
      fail(ErrorKind::kUsage, "Only user properties may be set with 'sealift change-key -i'");
  if (!dataset_.is_encryption_root())
    fail(ErrorKind::kState, "Key inheriting can only be performed on encryption roots");
  const DatasetRecord new_root = root_of_parent(before_, dataset_);
  const LoadedKey theirs = key_of(new_root, "Parent key must be loaded");
  const LoadedKey own = key_of(dataset_, "Key must be loaded");
  check_family(own.key);

  catalog::commit(vault_, [&](Catalog& catalog, vault::Transaction&) {
    const DatasetRecord root = root_of_parent(catalog, again(catalog));
    const catalog::Wrapping roots = own_wrapping(catalog, root);
    if (root.id != new_root.id || !MasterKey::unwrap(roots, theirs.key))
      fail(ErrorKind::kState, "the key of its parent was changed meanwhile");
    rewrap_family(catalog, own.key, {root.id, &theirs.key, derivation_of(roots)});
    catalog.put_property({dataset_.id, {}}, "keylocation", {});
    set_user_properties(catalog, request_.properties);
  });
  if (keyring_) keyring_->forget(before_, dataset_);
}

DatasetRecord KeyChange::root_of_parent(const Catalog& catalog,
                                        const DatasetRecord& dataset) const {
  if (!dataset.parent) fail(ErrorKind::kState, "Root dataset cannot inherit key");
  const DatasetRecord parent = catalog.dataset(dataset.parent);
  if (!parent.key) fail(ErrorKind::kState, "Parent must be encrypted");
  DatasetRecord root = encryption_root(catalog, parent);
  if (root.id == dataset.id)
    fail(ErrorKind::kState, "Parent '{}' inherits from '{}' itself", catalog.full_name(parent.id),
         request_.dataset);
  return root;
}

}  // namespace sealift::keys

namespace sealift {

void change_key(Vault& vault, const ChangeKeyRequest& request, const KeyObserver& observer,
                const Moment& moment) {
  in_context("Key change error",
             [&] { keys::KeyChange(vault.inner(), request, observer, {moment.seconds}).change(); });
}

void inherit_key(Vault& vault, const ChangeKeyRequest& request, const KeyObserver& observer,
                 const Moment& moment) {
  in_context("Key change error", [&] {
    keys::KeyChange(vault.inner(), request, observer, {moment.seconds}).inherit();
  });
}

}  // namespace sealift
