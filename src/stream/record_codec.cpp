// SPDX-License-Identifier: Apache-2.0
// Each record type's fields are listed once, with their offsets; what is not listed is
// zero on the wire. Offsets are those of dmu_replay_record_t (include/sys/zfs_ioctl.h).
#include "stream/record_codec.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/error.h"

namespace sealift::stream {
namespace {

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, Begin> {
  io(4, r.payload_length);
  std::uint64_t magic = kMagic;
  io(8, magic);
  io(16, r.version_info);
  io(24, r.creation_time);
  io(32, r.type);
  io(36, r.flags);
  io(40, r.to_guid);
  io(48, r.from_guid);
  io.name(kNameOffset, r.to_name);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, Object> {
  io(8, r.object);
  io(16, r.type);
  io(20, r.bonus_type);
  io(24, r.block_size);
  io(28, r.bonus_length);
  io(32, r.checksum_type);
  io(33, r.compress);
  io(34, r.dn_slots);
  io(35, r.flags);
  io(36, r.raw_bonus_length);
  io(40, r.to_guid);
  io(48, r.indirect_block_shift);
  io(49, r.levels);
  io(50, r.block_pointers);
  io(56, r.max_block_id);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, FreeObjects> {
  io(8, r.first_object);
  io(16, r.object_count);
  io(24, r.to_guid);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, Write> {
  io(8, r.object);
  io(16, r.type);
  io(24, r.offset);
  io(32, r.logical_size);
  io(40, r.to_guid);
  io(48, r.checksum_type);
  io(49, r.flags);
  io(50, r.compression);
  io(56, r.key.checksum);
  io(88, r.key.properties);
  io(96, r.compressed_size);
  io.sealing(104, r.sealing);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, Free> ||
    std::same_as<std::remove_const_t<T>, Redact> {
  io(8, r.object);
  io(16, r.offset);
  io(24, r.length);
  io(32, r.to_guid);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, End> {
  io(8, r.checksum);
  io(40, r.to_guid);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, WriteByref> {
  io(8, r.object);
  io(16, r.offset);
  io(24, r.length);
  io(32, r.to_guid);
  io(40, r.ref_guid);
  io(48, r.ref_object);
  io(56, r.ref_offset);
  io(64, r.checksum_type);
  io(65, r.flags);
  io(72, r.key.checksum);
  io(104, r.key.properties);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, Spill> {
  io(8, r.object);
  io(16, r.length);
  io(24, r.to_guid);
  io(32, r.flags);
  io(33, r.compression);
  io(40, r.compressed_size);
  io.sealing(48, r.sealing);
  io(84, r.type);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, WriteEmbedded> {
  io(8, r.object);
  io(16, r.offset);
  io(24, r.length);
  io(32, r.to_guid);
  io(40, r.compression);
  io(41, r.embedded_type);
  io(48, r.logical_size);
  io(52, r.physical_size);
}

template <class Io, class T>
void fields(Io& io, T& r) requires std::same_as<std::remove_const_t<T>, ObjectRange> {
  io(8, r.first_object);
  io(16, r.slot_count);
  io(24, r.to_guid);
  io.sealing(32, r.sealing);
  io(68, r.flags);
}

struct Encoder {
  std::uint8_t* to;
  Endian endian;

  template <std::unsigned_integral T>
  void operator()(std::size_t at, T value) const {
    store(to + at, value, endian);
  }
  void operator()(std::size_t at, const Checksum& checksum) const {
    store_checksum(to + at, checksum, endian);
  }
  void sealing(std::size_t at, const Sealing& sealing) const {
    std::copy(sealing.salt.begin(), sealing.salt.end(), to + at);
    std::copy(sealing.iv.begin(), sealing.iv.end(), to + at + kSaltSize);
    std::copy(sealing.mac.begin(), sealing.mac.end(), to + at + kSaltSize + kIvSize);
  }
  void name(std::size_t at, const std::string& name) const {
    SEALIFT_ASSERT(name.size() < kNameSize);
    std::copy(name.begin(), name.end(), to + at);
  }
};

struct Decoder {
  const std::uint8_t* from;
  Endian endian;

  template <std::unsigned_integral T>
  void operator()(std::size_t at, T& value) const {
    value = load<T>(from + at, endian);
  }
  void operator()(std::size_t at, Checksum& checksum) const {
    checksum = load_checksum(from + at, endian);
  }
  void sealing(std::size_t at, Sealing& sealing) const {
    std::memcpy(sealing.salt.data(), from + at, kSaltSize);
    std::memcpy(sealing.iv.data(), from + at + kSaltSize, kIvSize);
    std::memcpy(sealing.mac.data(), from + at + kSaltSize + kIvSize, kMacSize);
  }
  void name(std::size_t at, std::string& name) const {
    const char* text = reinterpret_cast<const char*>(from + at);
    name.assign(text, ::strnlen(text, kNameSize - 1));
  }
};

template <std::size_t I = 0>
void decode_as(RecordType type, const Decoder& decoder, Record& record) {
  if constexpr (I < kRecordTypes) {
    if (static_cast<std::size_t>(type) != I) return decode_as<I + 1>(type, decoder, record);
    using T = std::variant_alternative_t<I, Record>;
    T* same = std::get_if<T>(&record);
    fields(decoder, same != nullptr ? *same : record.emplace<I>());
  }
}

/// Encoding again shows every byte that no field accounts for.
void expect_nothing_else(RecordView from, Endian endian, const Record& record) {
  std::array<std::uint8_t, kRecordSize> again;
  encode(record, endian, again);
  const bool begin = std::holds_alternative<Begin>(record);
  const std::size_t size = begin ? kRecordSize : kChecksumOffset;
  if (std::memcmp(from.data(), again.data(), size) == 0) return;
  if (begin && load<std::uint64_t>(from.data() + kRecordBodyOffset, endian) != kMagic) {
    fail(ErrorKind::kDamaged, "DRR_BEGIN: bad magic number");
  }
  const auto differs = std::mismatch(again.begin(), again.begin() + size, from.begin()).first;
  fail(ErrorKind::kDamaged, "{}: byte {} must be zero and is not", name_of(type_of(record)),
       differs - again.begin());
}

}  // namespace

Checksum load_checksum(const std::uint8_t* from, Endian endian) {
  Checksum checksum;
  for (std::size_t i = 0; i < checksum.size(); ++i) {
    checksum[i] = load<std::uint64_t>(from + 8 * i, endian);
  }
  return checksum;
}

void store_checksum(std::uint8_t* to, const Checksum& checksum, Endian endian) {
  for (std::size_t i = 0; i < checksum.size(); ++i) store(to + 8 * i, checksum[i], endian);
}

void encode(const Record& record, Endian endian, RecordBytes to) {
  std::fill(to.begin(), to.end(), std::uint8_t{0});
  store(to.data(), static_cast<std::uint32_t>(record.index()), endian);
  std::visit(
      [&](const auto& each) {
        Encoder encoder{to.data(), endian};
        fields(encoder, each);
      },
      record);
}

void decode(RecordView from, Endian endian, Record& record) {
  const auto type = load<std::uint32_t>(from.data(), endian);
  if (type >= kRecordTypes) fail(ErrorKind::kDamaged, "unknown record type {}", type);
  decode_as(static_cast<RecordType>(type), Decoder{from.data(), endian}, record);
  expect_nothing_else(from, endian, record);
}

Endian detect_endian(RecordView from) {
  for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
    if (load<std::uint64_t>(from.data() + kRecordBodyOffset, endian) != kMagic) continue;
    if (load<std::uint32_t>(from.data(), endian) == 0) return endian;
  }
  fail(ErrorKind::kDamaged, "invalid stream (bad magic number)");  // zfs receive's words
}

}  // namespace sealift::stream
