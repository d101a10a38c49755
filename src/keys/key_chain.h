// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "catalog/catalog.h"
#include "keys/key_material.h"
#include "keys/master_key.h"

namespace sealift::keys {

/// Opens master keys with one KeyAccess: loads, asks and derives once for all datasets that share
/// a wrapping key. `access` must outlive it.
class KeyChain {
 public:
  explicit KeyChain(const KeyAccess& access) : access_(access) {}

  /// The master key of an encrypted dataset; nothing if no key is at hand. Throws Error(kWrongKey).
  std::optional<MasterKey> open(const catalog::Catalog& catalog,
                                const catalog::DatasetRecord& dataset);
  /// The same of any dataset: nothing only for one that is not encrypted. Throws Error(kState)
  /// where no key is at hand.
  std::optional<MasterKey> open_if_sealed(const catalog::Catalog& catalog,
                                          const catalog::DatasetRecord& dataset);
  /// That in a stream's head. `name` is the sender's for the dataset.
  MasterKey open(const catalog::Wrapping& wrapping, const std::string& name);
  /// The same, of whatever wrapping; nothing if the key does not open it.
  std::optional<MasterKey> try_open(const catalog::Wrapping& wrapping, const std::string& name);

  /// True once something was read that is, or is not, a key.
  bool has_material() const { return !materials_.empty(); }

  /// The key that is loaded for an encryption root, if it opens that root; else null. Lives until
  /// the next call of this or open().
  const WrappingKey* loaded(const catalog::Catalog& catalog, const catalog::DatasetRecord& root);

 private:
  /// Read once: from a descriptor it comes only once, and nobody wants to type it twice.
  struct Material {
    std::string location;
    std::string dataset;  ///< whom the question was about; empty where nobody was asked
    crypto::Secret bytes;
  };
  struct Derived {
    const Material* from;
    Derivation derivation;
    WrappingKey key;
  };

  const Material& read(const std::string& location, const KeyQuestion& question);
  const WrappingKey& derive(const Derivation& derivation, const std::string& location,
                            const std::string& dataset);

  const KeyAccess& access_;
  std::deque<Material> materials_;
  std::deque<Derived> derived_;
  /// Of the root that was asked about last: locked memory is scarce.
  struct Loaded {
    catalog::DatasetId root;
    catalog::WrappingId opens;
    std::optional<WrappingKey> key;
  };
  Loaded loaded_;
};

}  // namespace sealift::keys
