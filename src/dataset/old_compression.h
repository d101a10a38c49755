// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

namespace sealift::dataset {

// What OpenZFS keeps for old datasets. Each fills `out` and returns how many bytes it took; 0 where
// `out` is too small. decompress() undoes them, and has their layouts.

/// module/zfs/zle.c
std::size_t compress_zle(ByteView plain, ByteSpan out);
/// module/zfs/lzjb.c
std::size_t compress_lzjb(ByteView plain, ByteSpan out);

}  // namespace sealift::dataset
