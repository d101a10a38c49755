// SPDX-License-Identifier: Apache-2.0
#include "keys/adoption.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/name.h"
#include "catalog/operations.h"
#include "keys/key_material.h"
#include "keys/key_records.h"
#include "keys/loaded_keys.h"
#include "keys/verifier.h"

namespace sealift::keys {

using catalog::Catalog;
using catalog::DatasetRecord;
using catalog::Wrapping;

namespace {

DatasetRecord get_encrypted(const Catalog& catalog, const std::string& name) {
  DatasetRecord dataset = catalog.get(catalog::parse_dataset_name(name));
  if (!dataset.key) fail(ErrorKind::kState, "'{}' is not encrypted", name);
  return dataset;
}

catalog::WrappingId parse_id(const std::string& text) {
  const auto id = catalog::parse_wrapping_id(text);
  if (!id) fail(ErrorKind::kUsage, "'{}' is no id of a wrapping: 16 hexadecimal digits", text);
  return *id;
}

/// Another master key is never the dataset's, whatever opens it.
bool is_of(const Wrapping& wrapping, const catalog::KeyRecord& key) {
  return wrapping.suite == key.suite && wrapping.key_guid == key.key_guid &&
         wrapping.version == key.version;
}

bool is_equal(const MasterKey& a, const MasterKey& b) {
  return crypto::is_equal(a.master().view(), b.master().view()) &&
         crypto::is_equal(a.hmac().view(), b.hmac().view());
}

}  // namespace

Adoption::Adoption(vault::Vault& vault, const AdoptRequest& request)
    : vault_(vault),
      request_(request),
      before_(catalog::open_catalog(vault)),
      dataset_(get_encrypted(before_, request.dataset)),
      root_(encryption_root(before_, dataset_)),
      family_(key_family(before_, root_)) {}

std::vector<std::string> Adoption::run() {
  const Wrapping wanted = find_wanted();
  const WrappingKey key = read_key(wanted);
  const std::vector<Step> steps = plan(wanted, key);
  for (const Step& step : steps) show_opening(step, key);
  commit(steps);
  keep_loaded(key);
  std::vector<std::string> names;
  for (const Step& step : steps) names.push_back(before_.full_name(step.dataset.id));
  return names;
}

Wrapping Adoption::find_wanted() const {
  const catalog::WrappingId id = parse_id(request_.wrapping);
  auto wrapping = before_.wrapping(dataset_.id, id);
  if (!wrapping)
    fail(ErrorKind::kState, "'{}' has no wrapping {}", request_.dataset, request_.wrapping);
  if (id == dataset_.key->own)
    fail(ErrorKind::kState, "wrapping {} is in force already", request_.wrapping);
  if (!is_of(*wrapping, *dataset_.key))
    fail(ErrorKind::kRefused, "wrapping {} is of another master key", request_.wrapping);
  return *std::move(wrapping);
}

WrappingKey Adoption::read_key(const Wrapping& wrapping) const {
  const Derivation derivation = derivation_of(wrapping);
  const std::string location = request_.key.location.empty() ? kPrompt : request_.key.location;
  const crypto::Secret material = read_key_material(
      location, request_.key, {request_.dataset, name_of(derivation.format), {}, {}});
  return WrappingKey::derive(material, derivation);
}

/// Who changes to which wrapping, the one that was named first.
std::vector<Adoption::Step> Adoption::plan(const Wrapping& wanted, const WrappingKey& key) const {
  std::vector<Step> steps{{dataset_, wanted}};
  const bool is_root = dataset_.id == root_.id;
  for (const DatasetRecord& each : family_) {
    if (each.id == dataset_.id || MasterKey::unwrap(own_wrapping(before_, each), key)) continue;
    if (!is_root) {
      Error error(ErrorKind::kRefused,
                  fmt::format("'{}' inherits its key from '{}', whose key does not open it",
                              request_.dataset, before_.full_name(root_.id)));
      error.set_hint("adopt a wrapping of the encryption root: its heirs follow");
      throw error;
    }
    auto fitting = find_fitting(each, wanted, key);
    if (!fitting)
      fail(ErrorKind::kRefused,
           "'{}' inherits its key from '{}', and would be left behind: it has no wrapping that "
           "the key of wrapping {} opens",
           before_.full_name(each.id), request_.dataset, request_.wrapping);
    steps.push_back({each, *std::move(fitting)});
  }
  return steps;
}

/// Of the heir's journal, or, where both have one master key as clones have, the wanted one.
std::optional<Wrapping> Adoption::find_fitting(const DatasetRecord& heir, const Wrapping& wanted,
                                               const WrappingKey& key) const {
  std::vector<Wrapping> candidates = before_.wrappings(heir.id);
  candidates.push_back(wanted);
  const auto fits = [&](const Wrapping& each) {
    return is_of(each, *heir.key) && derivation_of(each) == derivation_of(wanted) &&
           MasterKey::unwrap(each, key);
  };
  const auto found = std::find_if(candidates.begin(), candidates.end(), fits);
  if (found == candidates.end()) return std::nullopt;
  return *found;
}

/// That a wrapping opens shows only that who made it knew the key: it may hold any master key.
void Adoption::show_opening(const Step& step, const WrappingKey& key) const {
  const auto master = MasterKey::unwrap(step.wrapping, key);
  if (!master)
    fail(ErrorKind::kWrongKey, "Incorrect key provided for wrapping {} of '{}'",
         catalog::to_text(step.wrapping.id()), before_.full_name(step.dataset.id));
  const auto known = known_master(step.dataset, key);
  if (!known) return prove(step.dataset, *master);
  if (!is_equal(*known, *master))
    fail(ErrorKind::kRefused, "wrapping {} holds another master key than '{}' has",
         catalog::to_text(step.wrapping.id()), before_.full_name(step.dataset.id));
}

/// The one in force, if the loaded key or the one given opens it.
std::optional<MasterKey> Adoption::known_master(const DatasetRecord& dataset,
                                                const WrappingKey& key) const {
  const Wrapping own = own_wrapping(before_, dataset);
  auto known = MasterKey::unwrap(own, key);
  if (known || request_.key.loaded == nullptr) return known;
  const auto loaded = LoadedKeys(*request_.key.loaded).find(before_, root_);
  if (!loaded) return std::nullopt;
  return MasterKey::unwrap(own, loaded->key);
}

void Adoption::prove(const DatasetRecord& dataset, const MasterKey& master) const {
  const auto newest = before_.newest_snapshot(dataset.id);
  const std::string name = before_.full_name(dataset.id);
  if (!newest || newest->objset.is_null())
    fail(ErrorKind::kRefused, "'{}' has no snapshot that the key could be shown to open", name);
  std::string first;
  Verifier verifier(vault_, &master, Depth::kRoot, [&](const Fault& fault) {
    if (first.empty()) first = fault.what;
  });
  verifier.verify(objset::read_object_set(vault_, newest->objset));
  if (!first.empty())
    fail(ErrorKind::kRefused, "the master key in the wrapping does not open {}@{}: {}", name,
         newest->name, first);
}

/// Only if all is still as it was planned upon.
void Adoption::commit(const std::vector<Step>& steps) const {
  catalog::commit(vault_, [&](Catalog& catalog, vault::Transaction&) {
    const auto root = catalog.find(root_.id);
    const bool is_same = root && root->key == root_.key &&
                         catalog.encryption_heirs(root_.id).size() == family_.size() &&
                         std::all_of(family_.begin(), family_.end(), [&](const auto& each) {
                           const auto now = catalog.find(each.id);
                           return now && now->key == each.key;
                         });
    if (!is_same)
      fail(ErrorKind::kState, "the keys of '{}' were changed meanwhile", request_.dataset);
    for (const Step& step : steps) {
      DatasetRecord changed = catalog.dataset(step.dataset.id);
      changed.key->own = catalog.add_wrapping(changed.id, step.wrapping);
      catalog.update(changed);
    }
  });
}

void Adoption::keep_loaded(const WrappingKey& key) const {
  if (request_.key.loaded == nullptr) return;
  const LoadedKeys keys(*request_.key.loaded);
  const auto before = keys.find(before_, root_);
  if (!before) return;
  keys.keep(
      before_, root_,
      {WrappingKey::from_bytes(crypto::Secret::copy_of(key.bytes().view())), before->ends_seconds});
}

}  // namespace sealift::keys

namespace sealift {

std::vector<std::string> adopt_wrapping(Vault& vault, const AdoptRequest& request) {
  return in_context(
      fmt::format("cannot adopt wrapping {} for '{}'", request.wrapping, request.dataset),
      [&] { return keys::Adoption(vault.inner(), request).run(); });
}

void forget_wrapping(Vault& vault, const std::string& dataset, const std::string& wrapping) {
  in_context(fmt::format("cannot forget wrapping {} of '{}'", wrapping, dataset), [&] {
    const catalog::WrappingId id = keys::parse_id(wrapping);
    catalog::commit(vault.inner(), [&](catalog::Catalog& catalog, vault::Transaction&) {
      const catalog::DatasetRecord owner = keys::get_encrypted(catalog, dataset);
      if (!catalog.wrapping(owner.id, id)) fail(ErrorKind::kState, "there is no such wrapping");
      if (owner.key->own == id) fail(ErrorKind::kState, "it is in force");
      catalog.remove_wrapping(owner.id, id);
    });
  });
}

}  // namespace sealift
