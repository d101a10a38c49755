// SPDX-License-Identifier: Apache-2.0
#include "keys/key_chain.h"

#include <algorithm>

#include "base/error.h"
#include "keys/key_records.h"
#include "keys/loaded_keys.h"

namespace sealift::keys {
namespace {

MasterKey opened(std::optional<MasterKey> key) {
  if (!key) fail(ErrorKind::kWrongKey, "incorrect key");
  return *std::move(key);
}

}  // namespace

std::optional<MasterKey> KeyChain::open(const catalog::Catalog& catalog,
                                        const catalog::DatasetRecord& dataset) {
  const catalog::DatasetRecord root = encryption_root(catalog, dataset);
  const catalog::Wrapping wrapping = own_wrapping(catalog, dataset);
  const bool is_given = !access_.location.empty();
  const WrappingKey* key = is_given ? nullptr : loaded(catalog, root);
  const std::string location = is_given ? access_.location : stored_location(catalog, root);
  if (key == nullptr && !is_given && !is_unattended(location)) return std::nullopt;
  return in_context(catalog.full_name(dataset.id), [&] {
    if (key == nullptr)
      key = &derive(derivation_of(wrapping), location, catalog.full_name(root.id));
    return opened(MasterKey::unwrap(wrapping, *key));
  });
}

std::optional<MasterKey> KeyChain::open_if_sealed(const catalog::Catalog& catalog,
                                                  const catalog::DatasetRecord& dataset) {
  if (!dataset.key) return std::nullopt;
  if (auto key = open(catalog, dataset)) return key;
  throw Error(ErrorKind::kState, "encryption key not loaded")
      .set_hint(fmt::format("sealift load-key {}, or give it with -L",
                            catalog.full_name(dataset.key->encryption_root)));
}

MasterKey KeyChain::open(const catalog::Wrapping& wrapping, const std::string& name) {
  return in_context(name, [&] { return opened(try_open(wrapping, name)); });
}

std::optional<MasterKey> KeyChain::try_open(const catalog::Wrapping& wrapping,
                                            const std::string& name) {
  const std::string location = access_.location.empty() ? kPrompt : access_.location;
  return MasterKey::unwrap(wrapping, derive(derivation_of(wrapping), location, name));
}

const WrappingKey* KeyChain::loaded(const catalog::Catalog& catalog,
                                    const catalog::DatasetRecord& root) {
  if (access_.loaded == nullptr) return nullptr;
  if (loaded_.root != root.id || loaded_.opens != root.key->own) {
    loaded_ = {root.id, root.key->own, std::nullopt};
    if (auto found = LoadedKeys(*access_.loaded).find_opening(catalog, root))
      loaded_.key = std::move(found->key);
  }
  return loaded_.key ? &*loaded_.key : nullptr;
}

const KeyChain::Material& KeyChain::read(const std::string& location, const KeyQuestion& question) {
  const std::string asked = location == kPrompt ? question.dataset : std::string();
  const auto found = std::find_if(materials_.begin(), materials_.end(), [&](const Material& each) {
    return each.location == location && each.dataset == asked;
  });
  if (found != materials_.end()) return *found;
  // A copy of its own length: locked memory is scarce.
  const crypto::Secret whole = read_key_material(location, access_, question);
  materials_.push_back({location, asked, crypto::Secret::copy_of(whole.view())});
  return materials_.back();
}

const WrappingKey& KeyChain::derive(const Derivation& derivation, const std::string& location,
                                    const std::string& dataset) {
  const Material& material = read(location, {dataset, name_of(derivation.format), {}, {}});
  const auto found = std::find_if(derived_.begin(), derived_.end(), [&](const Derived& each) {
    return each.from == &material && each.derivation == derivation;
  });
  if (found != derived_.end()) return found->key;
  derived_.push_back({&material, derivation, WrappingKey::derive(material.bytes, derivation)});
  return derived_.back().key;
}

}  // namespace sealift::keys
