// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace sealift::os {

/// Keeps small secrets from one process to the next, by name. Any thread.
class Keyring {
 public:
  virtual ~Keyring() = default;

  /// Copies the secret into `into` and returns its length; nothing if there is none of that name,
  /// it has expired, is longer than `into`, or there is no keyring here.
  virtual std::optional<std::size_t> read(const std::string& name, ByteSpan into) const = 0;

  /// Keeps a secret, in place of what has that name; with `life`, for so long. Throws
  /// Error(kState) where there is no keyring, Error(kRetry) where it is full.
  virtual void keep(const std::string& name, ByteView secret,
                    std::optional<std::chrono::seconds> life) const = 0;

  /// False if there was none of that name.
  virtual bool forget(const std::string& name) const = 0;
};

/// The kernel's, of the user whose process this is: in memory that is never swapped, until the
/// machine goes down. Only processes of that user can read what is kept there (keyrings(7),
/// user-keyring(7)). Sandboxes often forbid it.
const Keyring& system_keyring();

}  // namespace sealift::os
