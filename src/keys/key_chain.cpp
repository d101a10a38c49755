// SPDX-License-Identifier: Apache-2.0
#include "keys/key_chain.h"

#include <algorithm>

#include "base/error.h"

namespace sealift::keys {
namespace {

constexpr const char* kPrompt = "prompt";

/// The property keylocation of `root` if it was set here: what a stream brought names no file.
std::string stored_location(const catalog::Catalog& catalog, catalog::DatasetId root) {
  const auto record = catalog.property({root, {}}, "keylocation");
  if (!record) return {};
  const auto* text = record->local ? std::get_if<std::string>(&*record->local) : nullptr;
  return text == nullptr ? std::string() : *text;
}

}  // namespace

std::optional<MasterKey> KeyChain::open(const catalog::Catalog& catalog,
                                        const catalog::DatasetRecord& dataset) {
  const catalog::DatasetId root = dataset.key->encryption_root;
  std::string location = access_.location;
  if (location.empty()) location = stored_location(catalog, root);
  if (access_.location.empty() && !is_unattended(location)) return std::nullopt;
  const auto wrapping = catalog.wrapping(dataset.id, dataset.key->own);
  if (!wrapping)
    fail(ErrorKind::kDamaged, "{} has lost its wrapping {}", catalog.full_name(dataset.id),
         catalog::to_text(dataset.key->own));
  return in_context(catalog.full_name(dataset.id),
                    [&] { return unwrap(*wrapping, location, catalog.full_name(root)); });
}

MasterKey KeyChain::open(const catalog::Wrapping& wrapping, const std::string& name) {
  const std::string location = access_.location.empty() ? kPrompt : access_.location;
  return in_context(name, [&] { return unwrap(wrapping, location, name); });
}

MasterKey KeyChain::unwrap(const catalog::Wrapping& wrapping, const std::string& location,
                           const std::string& dataset) {
  auto opened = MasterKey::unwrap(wrapping, derive(derivation_of(wrapping), location, dataset));
  if (!opened) fail(ErrorKind::kWrongKey, "incorrect key");
  return std::move(*opened);
}

const WrappingKey& KeyChain::derive(const Derivation& derivation, const std::string& location,
                                    const std::string& dataset) {
  const std::string asked = location == kPrompt ? dataset : std::string();
  const auto found = std::find_if(derived_.begin(), derived_.end(), [&](const Derived& each) {
    return each.location == location && each.dataset == asked && each.derivation == derivation;
  });
  if (found != derived_.end()) return found->key;
  const crypto::Secret material =
      read_key_material(location, access_, {dataset, name_of(derivation.format)});
  derived_.push_back({location, asked, derivation, WrappingKey::derive(material, derivation)});
  return derived_.back().key;
}

}  // namespace sealift::keys
