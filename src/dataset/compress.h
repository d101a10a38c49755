// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "dataset/compression.h"

namespace sealift::dataset {

/// How blocks are to be compressed: the value of the property `compression` (include/sys/zio.h,
/// include/sys/zio_compress.h).
struct Compression {
  std::uint8_t kind = compression::kLz4;  ///< compression::*, but for kUnknown
  std::uint8_t level = 0;                 ///< enum zio_zstd_levels

  static Compression from_property(std::uint64_t value);
  bool operator==(const Compression&) const = default;
};

/// Compresses blocks as OpenZFS stores them (module/zfs/zio_compress.c, zio.c): in whole sectors,
/// and only where an eighth is saved. One thread.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  /// The stored form of `plain`, padded with zeros, in memory that stays until the next call;
  /// nothing where it is to be stored as it is.
  std::optional<ByteSpan> compress(const Compression& how, ByteView plain);

 private:
  struct Zstd;

  std::size_t squeeze(const Compression& how, ByteView plain, std::size_t limit);
  std::size_t squeeze_zstd(std::uint8_t level, ByteView plain, std::size_t limit);

  Bytes out_;
  std::unique_ptr<Zstd> zstd_;
};

}  // namespace sealift::dataset
