// SPDX-License-Identifier: Apache-2.0
// The records of a send stream, decoded: host byte order, the wire's names without
// their drr_ prefix. What the wire holds beside these fields is zero, or the record
// is refused.
#pragma once

#include <sealift/channel.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "stream/record_format.h"

namespace sealift::stream {

using Checksum = std::array<std::uint64_t, 4>;
using Salt = std::array<std::uint8_t, kSaltSize>;
using Iv = std::array<std::uint8_t, kIvSize>;
using Mac = std::array<std::uint8_t, kMacSize>;

/// What a raw stream tells of how a block is sealed; all zero elsewhere.
struct Sealing {
  Salt salt{};
  Iv iv{};
  Mac mac{};
  bool operator==(const Sealing&) const = default;
};

/// The block pointer's checksum and property word of a WRITE (ddt_key_t).
struct DedupKey {
  Checksum checksum{};
  std::uint64_t properties = 0;
  bool operator==(const DedupKey&) const = default;
};

struct Begin {
  std::uint32_t payload_length = 0;  ///< bytes of packed nvlist that follow
  std::uint64_t version_info = 0;
  std::uint64_t creation_time = 0;  ///< seconds since 1970
  std::uint32_t type = 0;           ///< objset_type
  std::uint32_t flags = 0;          ///< begin_flag
  std::uint64_t to_guid = 0;
  std::uint64_t from_guid = 0;
  std::string to_name;  ///< at most 255 bytes, no NUL

  HeaderType header_type() const { return static_cast<HeaderType>(version_info & 3); }
  std::uint64_t features() const { return version_info << 6 >> 8; }
  bool has(std::uint64_t feature_bits) const { return (features() & feature_bits) != 0; }
  bool operator==(const Begin&) const = default;
};

constexpr std::uint64_t make_version_info(HeaderType type, std::uint64_t features) {
  return features << 2 | static_cast<std::uint64_t>(type);
}

struct Object {
  std::uint64_t object = 0;
  std::uint32_t type = 0;
  std::uint32_t bonus_type = 0;
  std::uint32_t block_size = 0;
  std::uint32_t bonus_length = 0;
  std::uint8_t checksum_type = 0;
  std::uint8_t compress = 0;
  std::uint8_t dn_slots = 0;  ///< 0 is written by releases without large dnodes and means 1
  std::uint8_t flags = 0;
  std::uint32_t raw_bonus_length = 0;
  std::uint64_t to_guid = 0;
  std::uint8_t indirect_block_shift = 0;  ///< this and the next three: raw streams only
  std::uint8_t levels = 0;
  std::uint8_t block_pointers = 0;
  std::uint64_t max_block_id = 0;

  std::uint32_t slots() const { return dn_slots == 0 ? 1 : dn_slots; }
  bool operator==(const Object&) const = default;
};

struct FreeObjects {
  std::uint64_t first_object = 0;
  std::uint64_t object_count = 0;
  std::uint64_t to_guid = 0;
  bool operator==(const FreeObjects&) const = default;
};

struct Write {
  std::uint64_t object = 0;
  std::uint32_t type = 0;
  std::uint64_t offset = 0;
  std::uint64_t logical_size = 0;
  std::uint64_t to_guid = 0;
  std::uint8_t checksum_type = 0;
  std::uint8_t flags = 0;
  std::uint8_t compression = 0;
  DedupKey key;
  std::uint64_t compressed_size = 0;
  Sealing sealing;
  bool operator==(const Write&) const = default;
};

struct Free {
  std::uint64_t object = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< kToEnd: to the end of the object
  std::uint64_t to_guid = 0;
  bool operator==(const Free&) const = default;
};

struct End {
  Checksum checksum{};  ///< of everything before this record; zero at the end of a package
  std::uint64_t to_guid = 0;
  bool operator==(const End&) const = default;
};

struct WriteByref {
  std::uint64_t object = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t to_guid = 0;
  std::uint64_t ref_guid = 0;
  std::uint64_t ref_object = 0;
  std::uint64_t ref_offset = 0;
  std::uint8_t checksum_type = 0;
  std::uint8_t flags = 0;
  DedupKey key;
  bool operator==(const WriteByref&) const = default;
};

struct Spill {
  std::uint64_t object = 0;
  std::uint64_t length = 0;
  std::uint64_t to_guid = 0;
  std::uint8_t flags = 0;
  std::uint8_t compression = 0;
  std::uint64_t compressed_size = 0;
  Sealing sealing;
  std::uint32_t type = 0;
  bool operator==(const Spill&) const = default;
};

struct WriteEmbedded {
  std::uint64_t object = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t to_guid = 0;
  std::uint8_t compression = 0;
  std::uint8_t embedded_type = 0;
  std::uint32_t logical_size = 0;
  std::uint32_t physical_size = 0;
  bool operator==(const WriteEmbedded&) const = default;
};

struct ObjectRange {
  std::uint64_t first_object = 0;
  std::uint64_t slot_count = 0;
  std::uint64_t to_guid = 0;
  Sealing sealing;
  std::uint8_t flags = 0;
  bool operator==(const ObjectRange&) const = default;
};

struct Redact {
  std::uint64_t object = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t to_guid = 0;
  bool operator==(const Redact&) const = default;
};

/// In the order of RecordType: a record's index is its type.
using Record = std::variant<Begin, Object, FreeObjects, Write, Free, End, WriteByref, Spill,
                            WriteEmbedded, ObjectRange, Redact>;
static_assert(std::variant_size_v<Record> == kRecordTypes);

inline RecordType type_of(const Record& record) {
  return static_cast<RecordType>(record.index());
}

/// OpenZFS's name: "DRR_WRITE".
std::string_view name_of(RecordType type);

/// How many bytes follow the record on the wire. Believes the fields: check them first.
std::uint64_t payload_size(const Record& record);
std::uint64_t payload_size(const Object& object);
std::uint64_t payload_size(const Write& write);
std::uint64_t payload_size(const Spill& spill);
std::uint64_t payload_size(const WriteEmbedded& embedded);

/// The guid of the snapshot the record belongs to.
std::uint64_t to_guid(const Record& record);

/// Where a record stands in the object order that a stream keeps: the object, or the first
/// object of a range, and the offset in it. Nothing for BEGIN and END.
struct Position {
  std::uint64_t object = 0;
  std::uint64_t offset = 0;
};
bool has_position(const Record& record);
Position position(const Record& record);

}  // namespace sealift::stream
