// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace sealift {

enum class Endian : std::uint8_t { kLittle, kBig };

constexpr Endian kHostEndian =
    std::endian::native == std::endian::little ? Endian::kLittle : Endian::kBig;

template <std::unsigned_integral T>
constexpr T byteswap(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

/// Reads a T of byte order `endian` from `from`, which need not be aligned.
template <std::unsigned_integral T>
T load(const std::uint8_t* from, Endian endian = Endian::kLittle) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return endian == kHostEndian ? value : byteswap(value);
}

/// Writes `value` in byte order `endian` to `to`, which need not be aligned.
template <std::unsigned_integral T>
void store(std::uint8_t* to, T value, Endian endian = Endian::kLittle) {
  if (endian != kHostEndian) value = byteswap(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace sealift
