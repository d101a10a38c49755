// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "catalog/records.h"
#include "keys/suite.h"
#include "keys/wrapping_key.h"
#include "os/random.h"

namespace sealift::keys {

/// The two keys that a dataset keeps for all its life, unwrapped: the one from which those of its
/// blocks are derived, and the one of its authentication codes.
class MasterKey {
 public:
  /// Nothing if `key` does not open `wrapping`.
  static std::optional<MasterKey> unwrap(const catalog::Wrapping& wrapping, const WrappingKey& key);

  /// New random ones, as OpenZFS makes them (module/os/linux/zfs/zio_crypt.c, zio_crypt_key_init).
  static MasterKey generate(const Suite& suite, const os::Random& random);

  /// Wraps both under `key` anew: all of a Wrapping but where it came from.
  catalog::Wrapping wrap(const WrappingKey& key, const Derivation& derivation,
                         const os::Random& random) const;

  const Suite& suite() const { return suite_; }
  std::uint64_t guid() const { return guid_; }
  const crypto::Secret& master() const { return master_; }
  const crypto::Secret& hmac() const { return hmac_; }

 private:
  explicit MasterKey(const catalog::Wrapping& wrapping);

  const Suite& suite_;
  std::uint64_t guid_;
  std::uint64_t version_;
  crypto::Secret master_;
  crypto::Secret hmac_;
};

/// How the key of `wrapping` comes from its material.
Derivation derivation_of(const catalog::Wrapping& wrapping);

}  // namespace sealift::keys
