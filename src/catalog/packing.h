// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/endian.h"
#include "base/error.h"
#include "base/strong.h"
#include "vault/block.h"

namespace sealift::catalog {

/// Kinds of records: the first byte of each.
enum class RecordKind : std::uint8_t {
  kHeader = 'A',
  kBookmark = 'B',
  kDataset = 'D',
  kHold = 'H',
  kPartial = 'P',
  kProperty = 'Q',
  kSnapshot = 'S',
  kWrapping = 'W',
  kDeadBytes = 'X',
};

/// Writes the fields of a record, little-endian, behind its kind and version.
class RecordWriter {
 public:
  RecordWriter(RecordKind kind, std::uint8_t version) {
    number(static_cast<std::uint8_t>(kind));
    number(version);
  }

  template <std::unsigned_integral T>
  void number(T value) {
    std::array<std::uint8_t, sizeof(T)> bytes;
    store(bytes.data(), value);
    raw(bytes);
  }
  void seconds(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void flag(bool value) { number(static_cast<std::uint8_t>(value)); }
  template <class Tag>
  void number(Strong<Tag> value) {
    number(value.value);
  }
  /// Seven bits a byte, lowest first, the top bit set where more follow.
  void varint(std::uint64_t value);
  /// A 16-bit length, then the bytes. Throws Error(kUsage) where `text` is longer.
  void text(std::string_view text);
  void pointer(const vault::BlockPointer& pointer);
  template <std::size_t N>
  void raw(const std::array<std::uint8_t, N>& bytes) {
    out_.append(reinterpret_cast<const char*>(bytes.data()), N);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads them back. Each throws Error(kDamaged) rather than read beyond the end.
class RecordReader {
 public:
  /// Throws Error(kDamaged) on another kind, Error(kRefused) on a version above `newest`.
  RecordReader(std::string_view bytes, RecordKind kind, std::uint8_t newest);

  template <std::unsigned_integral T>
  T number() {
    const std::string_view bytes = take(sizeof(T));
    return load<T>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
  }
  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  std::int64_t seconds() { return static_cast<std::int64_t>(u64()); }
  bool flag();
  std::uint64_t varint();
  std::string text();
  vault::BlockPointer pointer();
  template <std::size_t N>
  std::array<std::uint8_t, N> raw() {
    std::array<std::uint8_t, N> to;
    const std::string_view bytes = take(N);
    std::memcpy(to.data(), bytes.data(), N);
    return to;
  }
  bool at_end() const { return rest_.empty(); }
  /// Throws Error(kDamaged) if bytes are left.
  void end() const;
  /// Throws Error(kDamaged) unless `is_sane`.
  void require(bool is_sane, std::string_view what) const;

 private:
  std::string_view take(std::size_t count);

  RecordKind kind_;
  std::string_view rest_;
};

}  // namespace sealift::catalog
