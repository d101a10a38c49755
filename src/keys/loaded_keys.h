// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "catalog/catalog.h"
#include "keys/wrapping_key.h"
#include "os/clock.h"
#include "os/keyring.h"

namespace sealift::keys {

struct LoadedKey {
  WrappingKey key;
  std::uint64_t ends_seconds = 0;  ///< Unix time; 0: never
};

/// The wrapping keys that load-key put into a keyring, one for each encryption root. A key is
/// found by the guids of the vault's root dataset and of the encryption root, so by no other vault
/// and whatever the names are. That it opens what is wrapped now is for the caller to see.
///
/// What is kept is the key and the second at which it ends, little-endian, so that a key which
/// takes its place ends no later.
class LoadedKeys {
 public:
  /// Both must outlive this.
  explicit LoadedKeys(const os::Keyring& keyring, const os::Clock& clock = os::system_clock())
      : keyring_(keyring), clock_(clock) {}

  std::optional<LoadedKey> find(const catalog::Catalog& catalog,
                                const catalog::DatasetRecord& root) const;
  /// The same, if it opens what is wrapped for `root` now.
  std::optional<LoadedKey> find_opening(const catalog::Catalog& catalog,
                                        const catalog::DatasetRecord& root) const;
  /// Throws as os::Keyring::keep().
  void keep(const catalog::Catalog& catalog, const catalog::DatasetRecord& root,
            const LoadedKey& key) const;
  bool forget(const catalog::Catalog& catalog, const catalog::DatasetRecord& root) const;

  /// When that ends which is loaded now for `life`.
  std::uint64_t end_of(std::optional<std::chrono::seconds> life) const;

 private:
  const os::Keyring& keyring_;
  const os::Clock& clock_;
};

}  // namespace sealift::keys
