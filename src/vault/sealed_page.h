// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

namespace sealift::vault {

/// A page of 4 KiB that proves itself: its last 32 bytes are the SHA-256 of all before. What has no
/// parent to keep its checksum (the identity, the uberblocks) is stored in one.
constexpr std::size_t kSealedPageBytes = 4096;
constexpr std::size_t kSealedPagePayload = kSealedPageBytes - 32;

/// Fills the page up with zeros and seals it. `payload` has at most kSealedPagePayload bytes.
Bytes seal_page(ByteView payload);
/// True if `page` has the right size and its seal is intact.
bool is_sealed(ByteView page);

}  // namespace sealift::vault
