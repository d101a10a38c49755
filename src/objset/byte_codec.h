// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/endian.h"
#include "base/error.h"

namespace sealift::objset {

/// Appends little-endian fields to a buffer.
class Packer {
 public:
  explicit Packer(Bytes& out) : out_(out) {}

  template <std::unsigned_integral T>
  void put(T value) {
    const std::size_t at = out_.size();
    out_.resize(at + sizeof value);
    store(out_.data() + at, value);
  }
  void put(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  /// A 32-bit length, then the bytes.
  void put_sized(ByteView bytes) {
    put(static_cast<std::uint32_t>(bytes.size()));
    put(bytes);
  }
  void put_sized(std::string_view text) { put_sized(as_bytes(text)); }

 private:
  Bytes& out_;
};

/// Takes them off again; running out is Error(kDamaged).
class Unpacker {
 public:
  explicit Unpacker(ByteView from) : rest_(from) {}

  template <std::unsigned_integral T>
  T take() {
    return load<T>(take_bytes(sizeof(T)).data());
  }
  ByteView take_bytes(std::size_t count) {
    if (count > rest_.size()) fail(ErrorKind::kDamaged, "a record of the object set is cut short");
    const ByteView bytes = rest_.first(count);
    rest_ = rest_.subspan(count);
    return bytes;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> take_array() {
    std::array<std::uint8_t, N> bytes;
    const ByteView from = take_bytes(N);
    std::copy(from.begin(), from.end(), bytes.begin());
    return bytes;
  }
  ByteView take_sized() { return take_bytes(take<std::uint32_t>()); }
  ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

}  // namespace sealift::objset
