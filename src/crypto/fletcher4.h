// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "base/endian.h"

namespace sealift::crypto {

using FletcherSum = std::array<std::uint64_t, 4>;

/// OpenZFS's Fletcher-4 (module/zcommon/zfs_fletcher.c) over 32-bit words of one byte
/// order, incrementally. Sizes are multiples of 4 bytes; anything else is a bug (kBug).
class Fletcher4 {
 public:
  explicit Fletcher4(Endian endian = kHostEndian, FletcherSum start = {})
      : sum_(start), endian_(endian) {}

  void update(ByteView bytes);
  /// The same as update() with `size` bytes whose own sum, in the same byte order, is `sum`.
  void append(const FletcherSum& sum, std::uint64_t size);
  const FletcherSum& sum() const { return sum_; }
  void reset() { sum_ = {}; }

 private:
  FletcherSum sum_;
  Endian endian_;
};

FletcherSum fletcher4(ByteView bytes, Endian endian = kHostEndian);

/// How the sums are computed on this machine: "avx512", "avx2" or "portable".
std::string_view fletcher4_implementation();

/// One way to compute: adds `bytes` (a multiple of 4) to `sum`. For tests and benchmarks.
struct Fletcher4Implementation {
  std::string_view name;
  void (*add)(ByteView bytes, Endian endian, FletcherSum& sum);
};
/// Those this machine can run, slowest first.
std::span<const Fletcher4Implementation> fletcher4_implementations();

}  // namespace sealift::crypto
