// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keyring.h>

#include "catalog/catalog.h"
#include "keys/loaded_keys.h"
#include "keys/master_key.h"
#include "keys/new_key.h"
#include "vault/vault.h"

namespace sealift::keys {

/// One change of a dataset's wrapping key. All arguments must outlive it.
class KeyChange {
 public:
  struct Tools {
    std::int64_t seconds = 0;  ///< Unix time
    const os::Random& random = os::system_random();
    const os::Clock& clock = os::system_clock();
  };
  KeyChange(vault::Vault& vault, const ChangeKeyRequest& request, const KeyObserver& observer,
            const Tools& tools);

  // Each is the function of <sealift/keyring.h>, and throws as it does.
  void change();
  void inherit();

 private:
  /// Under what the family is wrapped anew.
  struct Target {
    catalog::DatasetId root;
    const WrappingKey* key;
    Derivation derivation;
  };

  void check_changeable() const;
  LoadedKey key_of(const catalog::DatasetRecord& root, const char* complaint);
  void keep(const catalog::Catalog& catalog, const catalog::DatasetRecord& root,
            const LoadedKey& key);
  NewKeyPlan plan_key(std::optional<KeyFormat> format, std::optional<std::string> location,
                      std::optional<std::uint64_t> iterations) const;
  catalog::DatasetRecord root_of_parent(const catalog::Catalog& catalog,
                                        const catalog::DatasetRecord& dataset) const;
  MasterKey open(const catalog::Catalog& catalog, const catalog::DatasetRecord& member,
                 const WrappingKey& key) const;
  void check_family(const WrappingKey& key) const;
  [[noreturn]] void refuse(const catalog::Catalog& catalog,
                           const catalog::DatasetRecord& closed) const;
  catalog::DatasetRecord again(const catalog::Catalog& catalog) const;
  void rewrap_family(catalog::Catalog& catalog, const WrappingKey& key, const Target& target) const;
  void set_user_properties(catalog::Catalog& catalog, const Properties& user) const;

  vault::Vault& vault_;
  const ChangeKeyRequest& request_;
  const KeyObserver& observer_;
  Tools tools_;
  catalog::Catalog before_;
  catalog::DatasetRecord dataset_;
  std::optional<LoadedKeys> keyring_;
};

}  // namespace sealift::keys
