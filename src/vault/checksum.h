// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "vault/block.h"

namespace sealift::vault {

/// The sum of a block's bytes. Any thread.
/// Fletcher-4 runs over little-endian 32-bit words, the last one padded with zeros.
Checksum checksum_of(ChecksumKind kind, ByteView bytes);

/// "sha256" or "fletcher4".
std::string_view name_of(ChecksumKind kind);

}  // namespace sealift::vault
