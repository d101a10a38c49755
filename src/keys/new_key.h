// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/key_material.h"
#include "keys/wrapping_key.h"
#include "os/random.h"

namespace sealift::keys {

/// A wrapping key to be made, as zfs change-key takes its properties (OpenZFS
/// lib/libzfs/libzfs_crypto.c).
struct NewKeyPlan {
  std::string dataset;  ///< whose
  KeyFormat format = KeyFormat::kPassphrase;
  std::string location;
  std::optional<std::uint64_t> pbkdf2_iterations;
};

struct NewKey {
  WrappingKey key;
  Derivation derivation;
};

/// Throws Error(kUsage), in zfs's words, for a name that is no format.
KeyFormat parse_key_format(std::string_view name);
/// Throws Error(kUsage) unless digits, and as many rounds as zfs asks for.
std::uint64_t parse_pbkdf2_iterations(std::string_view text);

/// Reads the material, which a person is asked for twice, and derives the key, with a new salt for
/// a passphrase. Throws Error(kUsage) for material or parameters that zfs would refuse.
NewKey make_new_key(const NewKeyPlan& plan, const KeyAccess& access, const os::Random& random);

}  // namespace sealift::keys
