// SPDX-License-Identifier: Apache-2.0
#include "catalog/packing.h"

#include <limits>

namespace sealift::catalog {

void RecordWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    number(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  number(static_cast<std::uint8_t>(value));
}

void RecordWriter::text(std::string_view text) {
  if (text.size() > std::numeric_limits<std::uint16_t>::max()) {
    fail(ErrorKind::kUsage, "a text of {} bytes is too long for a record", text.size());
  }
  number(static_cast<std::uint16_t>(text.size()));
  out_.append(text);
}

void RecordWriter::pointer(const vault::BlockPointer& pointer) {
  std::array<std::uint8_t, vault::kBlockPointerBytes> bytes;
  vault::encode(pointer, bytes.data());
  raw(bytes);
}

RecordReader::RecordReader(std::string_view bytes, RecordKind kind, std::uint8_t newest)
    : kind_(kind), rest_(bytes) {
  require(u8() == static_cast<std::uint8_t>(kind), "is of another kind");
  const std::uint8_t version = u8();
  require(version != 0, "has version 0");
  if (version > newest) {
    fail(ErrorKind::kRefused, "record '{}' has version {}: this program knows {} at most",
         static_cast<char>(kind_), version, newest);
  }
}

bool RecordReader::flag() {
  const std::uint8_t value = u8();
  require(value <= 1, "holds a flag that is neither 0 nor 1");
  return value == 1;
}

std::uint64_t RecordReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    require(shift < 63 || byte <= 1, "holds a number above 64 bits");
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  require(false, "holds a number above 64 bits");
  return value;
}

std::string RecordReader::text() {
  return std::string(take(u16()));
}

vault::BlockPointer RecordReader::pointer() {
  return vault::decode_block_pointer(raw<vault::kBlockPointerBytes>().data());
}

void RecordReader::end() const {
  require(rest_.empty(), "is too long");
}

void RecordReader::require(bool is_sane, std::string_view what) const {
  if (!is_sane) {
    fail(ErrorKind::kDamaged, "catalog record '{}' {}", static_cast<char>(kind_), what);
  }
}

std::string_view RecordReader::take(std::size_t count) {
  require(count <= rest_.size(), "is cut short");
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

}  // namespace sealift::catalog
