// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zstd.h>

#include <stdexcept>

#include "base/bytes.h"

namespace sealift::test {

/// The contents of a .zst file.
inline Bytes unpack(const Bytes& packed) {
  Bytes plain(ZSTD_getFrameContentSize(packed.data(), packed.size()));
  if (ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size()) != plain.size())
    throw std::runtime_error("no .zst file");
  return plain;
}

}  // namespace sealift::test
