// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "vault/vault.h"

namespace sealift::vault {

constexpr std::uint32_t kFormatVersion = 1;

/// Features of later formats, one bit each. Whoever does not know a bit must not read (`read`), or
/// may read but must not write (`write`).
struct Features {
  std::uint64_t read = 0;
  std::uint64_t write = 0;

  bool operator==(const Features&) const = default;
};
/// What this version knows.
constexpr Features kKnownFeatures{};

/// Throws kRefused, naming the unknown bits, if `access` is not possible.
void require_known(const Features& features, Access access);

/// Throws kUsage unless `name` can be a root dataset's: a letter, then letters, digits and "-_.:",
/// at most 255 bytes (OpenZFS: zpool_name_valid in lib/libzfs/libzfs_pool.c has the same letters).
void require_valid_name(std::string_view name);

Bytes encode(const Identity& identity, const Features& features);

struct DecodedIdentity {
  Identity identity;
  Features features;
};
/// Throws kDamaged unless `page` is an intact identity, kRefused if its version is unknown.
DecodedIdentity decode_identity(ByteView page);

}  // namespace sealift::vault
