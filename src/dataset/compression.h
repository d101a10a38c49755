// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sealift::dataset {

/// enum zio_compress (include/sys/zio_compress.h), as far as blocks in a dataset have it.
namespace compression {
constexpr std::uint8_t kUnknown = 0;  ///< the wire had none: not compressed
constexpr std::uint8_t kOff = 2;
constexpr std::uint8_t kLzjb = 3;
constexpr std::uint8_t kGzip1 = 5;
constexpr std::uint8_t kGzip9 = 13;
constexpr std::uint8_t kZle = 14;
constexpr std::uint8_t kLz4 = 15;
constexpr std::uint8_t kZstd = 16;
}  // namespace compression

}  // namespace sealift::dataset
