// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keyring.h>

#include <map>

#include "catalog/catalog.h"
#include "keys/master_key.h"
#include "vault/vault.h"

namespace sealift::keys {

/// Puts a journalled wrapping in force. All arguments must outlive it.
///
/// 1. What is put in force opens: with the key given, and to the right master key.
/// 2. Afterwards one key opens the encryption root and all its heirs, as before.
/// 3. Of an heir alone only a wrapping that its root's key opens.
class Adoption {
 public:
  Adoption(vault::Vault& vault, const AdoptRequest& request);

  /// As adopt_wrapping() of <sealift/keyring.h>.
  std::vector<std::string> run();

 private:
  struct Step {
    catalog::DatasetRecord dataset;  ///< as it was when this was planned
    catalog::Wrapping wrapping;      ///< to be in force
  };

  catalog::Wrapping find_wanted() const;
  WrappingKey read_key(const catalog::Wrapping& wrapping) const;
  std::vector<Step> plan(const catalog::Wrapping& wanted, const WrappingKey& key) const;
  std::optional<catalog::Wrapping> find_fitting(const catalog::DatasetRecord& heir,
                                                const catalog::Wrapping& wanted,
                                                const WrappingKey& key) const;
  void show_opening(const Step& step, const WrappingKey& key) const;
  void prove(const catalog::DatasetRecord& dataset, const MasterKey& master) const;
  std::optional<MasterKey> known_master(const catalog::DatasetRecord& dataset,
                                        const WrappingKey& key) const;
  void commit(const std::vector<Step>& steps) const;
  void keep_loaded(const WrappingKey& key) const;

  vault::Vault& vault_;
  const AdoptRequest& request_;
  catalog::Catalog before_;
  catalog::DatasetRecord dataset_;
  catalog::DatasetRecord root_;
  std::vector<catalog::DatasetRecord> family_;  ///< of the root
};

}  // namespace sealift::keys
