// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "dataset/compression.h"

namespace sealift::dataset {

/// Fills `plain` with what `stored` was compressed from. Bytes behind the end of what was
/// compressed, with which OpenZFS fills sectors up, do not matter. Throws Error(kDamaged) unless
/// it is exactly as long.
void decompress(ByteView stored, std::uint8_t kind, ByteSpan plain);

}  // namespace sealift::dataset
