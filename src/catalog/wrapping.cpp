// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "catalog/packing.h"
#include "catalog/record_codec.h"
#include "crypto/sha256.h"

namespace sealift::catalog {
namespace {

constexpr std::uint8_t kWrappingVersion = 1;
constexpr std::size_t kIdDigits = 16;

/// What the id is taken over, and the front of the record.
void put_sealed_fields(RecordWriter& writer, const Wrapping& wrapping) {
  writer.number(wrapping.suite);
  writer.number(wrapping.key_guid);
  writer.number(wrapping.version);
  writer.raw(wrapping.master_key);
  writer.raw(wrapping.hmac_key);
  writer.raw(wrapping.iv);
  writer.raw(wrapping.mac);
  writer.number(wrapping.key_format);
  writer.number(wrapping.pbkdf2_salt);
  writer.number(wrapping.pbkdf2_iters);
}

}  // namespace

std::string to_text(WrappingId id) {
  return fmt::format("{:016x}", id.value);
}

std::optional<WrappingId> parse_wrapping_id(std::string_view text) {
  WrappingId id;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, id.value, 16);
  if (text.size() != kIdDigits || error != std::errc{} || stopped != end) return std::nullopt;
  return id;
}

WrappingId Wrapping::id() const {
  RecordWriter writer(RecordKind::kWrapping, kWrappingVersion);
  put_sealed_fields(writer, *this);
  const auto digest = crypto::sha256(as_bytes(writer.take()));
  return WrappingId{load<std::uint64_t>(digest.data(), Endian::kBig)};
}

std::string encode(const Wrapping& wrapping) {
  RecordWriter writer(RecordKind::kWrapping, kWrappingVersion);
  put_sealed_fields(writer, wrapping);
  writer.text(wrapping.from);
  writer.seconds(wrapping.arrived_seconds);
  return writer.take();
}

Wrapping decode_wrapping(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kWrapping, kWrappingVersion);
  Wrapping wrapping;
  wrapping.suite = reader.u64();
  wrapping.key_guid = reader.u64();
  wrapping.version = reader.u64();
  wrapping.master_key = reader.raw<32>();
  wrapping.hmac_key = reader.raw<64>();
  wrapping.iv = reader.raw<12>();
  wrapping.mac = reader.raw<16>();
  wrapping.key_format = reader.u64();
  wrapping.pbkdf2_salt = reader.u64();
  wrapping.pbkdf2_iters = reader.u64();
  wrapping.from = reader.text();
  wrapping.arrived_seconds = reader.seconds();
  reader.end();
  return wrapping;
}

}  // namespace sealift::catalog
