// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sealift {

/// Bytes that somebody else owns; never kept beyond the call they were passed to.
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

/// Where bytes come from: one half of the Channel seam. One thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  /// Reads at least one byte and at most `into.size()` (which is not 0). Blocks.
  /// Returns the count; 0 is the end. Throws Error.
  virtual std::size_t read(ByteSpan into) = 0;
};

/// Where bytes go: the other half. One thread at a time.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Writes all of `bytes` or throws Error. Blocks.
  virtual void write(ByteView bytes) = 0;
};

}  // namespace sealift
