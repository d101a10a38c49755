// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "catalog/catalog.h"
#include "keys/key_material.h"
#include "keys/master_key.h"

namespace sealift::keys {

/// Opens master keys with one KeyAccess, asking and deriving once for all datasets that share a
/// wrapping key. `access` must outlive it.
class KeyChain {
 public:
  explicit KeyChain(const KeyAccess& access) : access_(access) {}

  /// The master key of an encrypted dataset; nothing if no key is at hand. Throws Error(kWrongKey).
  std::optional<MasterKey> open(const catalog::Catalog& catalog,
                                const catalog::DatasetRecord& dataset);
  /// That in a stream's head. `name` is the sender's for the dataset.
  MasterKey open(const catalog::Wrapping& wrapping, const std::string& name);

 private:
  struct Derived {
    std::string location;
    std::string dataset;  ///< whom the question was about; empty where nobody was asked
    Derivation derivation;
    WrappingKey key;
  };

  MasterKey unwrap(const catalog::Wrapping& wrapping, const std::string& location,
                   const std::string& dataset);
  const WrappingKey& derive(const Derivation& derivation, const std::string& location,
                            const std::string& dataset);

  const KeyAccess& access_;
  std::vector<Derived> derived_;
};

}  // namespace sealift::keys
