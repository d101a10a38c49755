// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "crypto/fletcher4.h"
#include "vault/block.h"

namespace sealift::vault {

/// The sum of a block's bytes. Any thread.
/// Fletcher-4 runs over little-endian 32-bit words, the last one padded with zeros.
Checksum checksum_of(ChecksumKind kind, ByteView bytes);

/// Fletcher-4 over `bytes` as words of `endian`; `proven` is their checksum of `kind`, which in
/// some vaults is that sum already. Throws Error(kDamaged) unless `bytes` are whole words.
crypto::FletcherSum word_sum(ByteView bytes, Endian endian, ChecksumKind kind,
                             const Checksum& proven);

/// "sha256" or "fletcher4".
std::string_view name_of(ChecksumKind kind);

}  // namespace sealift::vault
