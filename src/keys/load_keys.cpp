// SPDX-License-Identifier: Apache-2.0
// Loading and unloading, of <sealift/keyring.h>. Messages are OpenZFS's (lib/libzfs/
// libzfs_crypto.c).
#include <sealift/keyring.h>

#include "base/error.h"
#include "catalog/name.h"
#include "catalog/operations.h"
#include "keys/key_records.h"
#include "keys/loaded_keys.h"
#include "keys/master_key.h"
#include "keys/root_key.h"

namespace sealift::keys {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;

/// `verb`: "loaded" or "unloaded".
void check_root(const Catalog& catalog, const DatasetRecord& dataset, std::string_view verb) {
  const std::string name = catalog.full_name(dataset.id);
  if (!dataset.key) fail(ErrorKind::kState, "'{}' is not encrypted", name);
  if (!dataset.is_encryption_root())
    fail(ErrorKind::kState, "Keys must be {} for encryption root of '{}' ({})", verb, name,
         catalog.full_name(dataset.key->encryption_root));
}

bool opens(const Catalog& catalog, const DatasetRecord& dataset, const WrappingKey& key) {
  return MasterKey::unwrap(own_wrapping(catalog, dataset), key).has_value();
}

bool is_loaded(const Catalog& catalog, const DatasetRecord& root, const LoadedKeys& keys) {
  const auto found = keys.find(catalog, root);
  return found && opens(catalog, root, found->key);
}

/// Runs `act` on the one dataset, or on each root within it for which `is_wanted` holds.
template <class Wanted, class Act>
KeyCounts on_roots(const Catalog& catalog, const DatasetRecord& top, const KeyObserver& observer,
                   Wanted&& is_wanted, Act&& act) {
  KeyCounts counts;
  for (const DatasetRecord& root : roots_within(catalog, top)) {
    if (!is_wanted(root)) continue;
    ++counts.attempted;
    try {
      act(root);
      ++counts.done;
    } catch (const Error& error) {
      if (observer.on_error) observer.on_error(error);
    }
  }
  return counts;
}

/// One call of load_keys().
class Loading {
 public:
  Loading(const LoadKeysRequest& request, const KeyObserver& observer, const Catalog& catalog)
      : request_(request), observer_(observer), catalog_(catalog), keys_(*request.key.loaded) {}

  KeyCounts run(const DatasetRecord& top) {
    const auto load = [&](const DatasetRecord& dataset) {
      in_context("Key load error", [&] { load_one(dataset); });
    };
    if (request_.recursion == Recursion::kDescendants)
      return on_roots(
          catalog_, top, observer_,
          [&](const DatasetRecord& root) { return !is_loaded(catalog_, root, keys_); }, load);
    load(top);
    return {1, 1};
  }

 private:
  void load_one(const DatasetRecord& dataset) {
    check_root(catalog_, dataset, "loaded");
    const std::string name = catalog_.full_name(dataset.id);
    if (!request_.check_only && is_loaded(catalog_, dataset, keys_))
      fail(ErrorKind::kState, "Key already loaded for '{}'", name);
    const WrappingKey key = read_root_key(catalog_, dataset, request_.key);
    check_heirs(dataset, key);
    if (request_.check_only) return;
    keys_.keep(catalog_, dataset,
               {WrappingKey::from_bytes(crypto::Secret::copy_of(key.bytes().view())),
                keys_.end_of(request_.life)});
  }

  /// A root that opens says nothing of those that should open with it.
  void check_heirs(const DatasetRecord& root, const WrappingKey& key) {
    if (!observer_.on_warning) return;
    for (const DatasetRecord& heir : key_family(catalog_, root))
      if (!opens(catalog_, heir, key))
        observer_.on_warning(
            fmt::format("'{}' does not open with the key of '{}', its encryption root",
                        catalog_.full_name(heir.id), catalog_.full_name(root.id)));
  }

  const LoadKeysRequest& request_;
  const KeyObserver& observer_;
  const Catalog& catalog_;
  LoadedKeys keys_;
};

}  // namespace
}  // namespace sealift::keys

namespace sealift {

using catalog::DatasetRecord;

KeyCounts load_keys(const Vault& vault, const LoadKeysRequest& request,
                    const KeyObserver& observer) {
  if (request.key.loaded == nullptr) fail(ErrorKind::kUsage, "no keyring was given");
  const catalog::Catalog catalog = catalog::open_catalog(vault.inner());
  const DatasetRecord top = catalog.get(catalog::parse_dataset_name(request.dataset));
  return keys::Loading(request, observer, catalog).run(top);
}

KeyCounts unload_keys(const Vault& vault, const std::string& dataset, Recursion recursion,
                      const os::Keyring& keyring, const KeyObserver& observer) {
  const catalog::Catalog catalog = catalog::open_catalog(vault.inner());
  const DatasetRecord top = catalog.get(catalog::parse_dataset_name(dataset));
  const keys::LoadedKeys keys(keyring);
  const auto unload = [&](const DatasetRecord& root) {
    in_context("Key unload error", [&] {
      // Also what is left of a root that is none any more.
      const bool was_loaded = keys.forget(catalog, root);
      keys::check_root(catalog, root, "unloaded");
      if (!was_loaded)
        fail(ErrorKind::kState, "Key already unloaded for '{}'", catalog.full_name(root.id));
    });
  };
  if (recursion == Recursion::kDescendants)
    return keys::on_roots(
        catalog, top, observer,
        [&](const DatasetRecord& root) { return keys.find(catalog, root).has_value(); }, unload);
  unload(top);
  return {1, 1};
}

void forget_ended_keys(Vault& vault, const os::Keyring& keyring,
                       const std::function<void()>& change) {
  const catalog::Catalog before = catalog::open_catalog(vault.inner());
  const std::vector<DatasetRecord> roots = keys::roots_within(before, before.root());
  change();
  if (roots.empty()) return;
  const catalog::Catalog after = catalog::open_catalog(vault.inner());
  for (const DatasetRecord& root : roots) {
    const auto now = after.find(root.id);
    if (!now || !now->is_encryption_root()) keys::LoadedKeys(keyring).forget(after, root);
  }
}

IsKeyLoaded loaded_in(const Vault& vault, const os::Keyring& keyring) {
  const auto catalog =
      std::make_shared<const catalog::Catalog>(catalog::open_catalog(vault.inner()));
  return [catalog, keys = keys::LoadedKeys(keyring)](const DatasetRecord& dataset) {
    const auto found = keys.find(*catalog, keys::encryption_root(*catalog, dataset));
    return found && keys::opens(*catalog, dataset, found->key);
  };
}

}  // namespace sealift
