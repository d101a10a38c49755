// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sealift::catalog {

/// Draws guids from one number of entropy: the SHA-256 of it and a counter.
class GuidSource {
 public:
  explicit GuidSource(std::uint64_t entropy) : entropy_(entropy) {}
  /// Never 0.
  std::uint64_t next();

 private:
  std::uint64_t entropy_;
  std::uint64_t count_ = 0;
};

}  // namespace sealift::catalog
