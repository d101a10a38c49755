// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keyring.h>

#include "catalog/operations.h"
#include "keys/loaded_keys.h"
#include "keys/master_key.h"
#include "keys/new_key.h"
#include "vault/vault.h"

namespace sealift::keys {

/// One creation of a dataset, encrypted or not. All arguments must outlive it.
class DatasetCreation {
 public:
  struct Tools {
    const os::Random& random = os::system_random();
    const os::Clock& clock = os::system_clock();
  };
  DatasetCreation(vault::Vault& vault, const CreateRequest& request, const KeyObserver& observer,
                  const Tools& tools);

  void run(const Moment& moment);

 private:
  /// What is asked for, without what is the catalog's.
  struct Wish {
    bool has_suite = false;
    const Suite* suite = nullptr;  ///< null: off, or nothing was said
    std::optional<KeyFormat> format;
    std::optional<std::string> location;
    std::optional<std::uint64_t> iterations;

    bool names_a_key() const { return format || location || iterations; }
  };
  static Wish take_wish(Properties& properties);

  const Suite* suite_for(const catalog::DatasetRecord& above) const;
  void plan(const catalog::Catalog& catalog);
  void make_root_key();
  void find_parents_key(const catalog::Catalog& catalog);
  catalog::DatasetRecord nearest(const catalog::Catalog& catalog) const;
  void make(catalog::Change& change);
  void make_missing_parents(catalog::Change& change);
  void seal(catalog::Catalog& catalog, catalog::DatasetRecord dataset, const Suite& suite);
  void seal_below(catalog::Catalog& catalog, const catalog::DatasetRecord& dataset,
                  const Suite& suite);
  void keep_new_key(const catalog::Catalog& catalog);

  vault::Vault& vault_;
  const CreateRequest& request_;
  const KeyObserver& observer_;
  Tools tools_;
  CreateOptions options_;  ///< without the properties of keys
  Wish wish_;
  const Suite* suite_ = nullptr;  ///< of the dataset to be made; null: none
  std::optional<NewKey> new_key_;
  std::string new_location_;
  /// Of the encryption root above, where something is to inherit from it.
  struct Inherited {
    catalog::DatasetId root;
    WrappingKey key;
    Derivation derivation;
  };
  std::optional<Inherited> inherited_;
};

}  // namespace sealift::keys
