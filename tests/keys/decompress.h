// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lz4.h>
#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

#include "base/bytes.h"
#include "base/endian.h"

namespace sealift::keys::test {

/// A block as a reader of ZFS sees it. `compression` is one of enum zio_compress
/// (include/sys/zio_compress.h).
inline Bytes decompress(ByteView stored, std::uint8_t compression, std::size_t size) {
  constexpr std::uint8_t off = 2, gzip_1 = 5, gzip_9 = 13, lz4 = 15, zstd = 16;
  Bytes plain(size);
  // lz4 and zstd begin with the compressed length, big-endian; zstd's frame has no magic number.
  const auto length = [&] { return load<std::uint32_t>(stored.data(), Endian::kBig); };
  if (compression == off) {
    plain.assign(stored.begin(), stored.end());
  } else if (compression >= gzip_1 && compression <= gzip_9) {
    uLongf made = plain.size();
    if (uncompress(plain.data(), &made, stored.data(), stored.size()) != Z_OK || made != size)
      throw std::runtime_error("no gzip block");
  } else if (compression == lz4) {
    const int made = LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data() + 4),
                                         reinterpret_cast<char*>(plain.data()),
                                         static_cast<int>(length()), static_cast<int>(size));
    if (made != static_cast<int>(size)) throw std::runtime_error("no lz4 block");
  } else if (compression == zstd) {
    Bytes frame = {0x28, 0xb5, 0x2f, 0xfd};
    const ByteView body = stored.subspan(8, length());
    frame.insert(frame.end(), body.begin(), body.end());
    if (ZSTD_decompress(plain.data(), size, frame.data(), frame.size()) != size)
      throw std::runtime_error("no zstd block");
  } else {
    throw std::runtime_error("a compression that no reference stream has");
  }
  return plain;
}

/// The contents of a .zst file.
inline Bytes unpack(const Bytes& packed) {
  Bytes plain(ZSTD_getFrameContentSize(packed.data(), packed.size()));
  if (ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size()) != plain.size())
    throw std::runtime_error("no .zst file");
  return plain;
}

}  // namespace sealift::keys::test
