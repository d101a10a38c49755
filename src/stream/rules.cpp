// SPDX-License-Identifier: Apache-2.0
#include "stream/rules.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"

namespace sealift::stream {
namespace {

/// The number of a spill block (DMU_SPILL_BLKID). OpenZFS 2.3 sends small ones as embedded data,
/// at the offset that such a block would have (openzfs #18239).
constexpr std::uint64_t kSpillBlock = std::uint64_t{0} - 2;

template <class... Args>
void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) fail(ErrorKind::kDamaged, format, std::forward<Args>(args)...);
}

void check_type(std::uint32_t type) {
  require(is_object_type(type), "{} is no object type", type);
}

void check_object_id(std::uint64_t object) {
  require(object > 0 && object < kMaxObject, "object {} is out of range", object);
}

void check_block_size(std::uint64_t size) {
  require(size >= kMinBlockSize && size <= kMaxBlockSize && size % kMinBlockSize == 0,
          "a block of {} bytes", size);
}

void check_flags(std::uint8_t flags, std::uint8_t allowed) {
  require((flags & ~allowed) == 0, "unknown flags {:#x}", flags & ~allowed);
}

void check_checksum_type(std::uint8_t type) {
  require(type < kChecksumTypes, "{} is no checksum", type);
}

void check_unsealed(const Sealing& sealing) {
  require(sealing == Sealing{}, "salt, IV or MAC in a stream that is not raw");
}

/// A block that is not sealed among those that are: OpenZFS makes none (module/zfs/zio.c).
void check_sealed(const Sealing& sealing) {
  require(sealing.mac != Mac{}, "a block without a MAC in a raw stream");
}

}  // namespace

bool is_object_type(std::uint32_t type) {
  // New types name their byte swap function and attributes; old ones are in a table.
  constexpr std::uint32_t new_type = 0x80, byteswap_mask = 0x1f;
  if ((type & new_type) == 0) return type < kObjectTypes;
  return type <= 0xff && (type & byteswap_mask) < kByteswapFunctions;
}

std::uint32_t block_pointers_for(const Object& object) {
  constexpr std::uint32_t system_attributes = 44;  // DMU_OT_SA
  if (object.bonus_type == system_attributes) return 1;
  const std::uint32_t tail = dnode_tail_size(object.slots());
  const std::uint32_t left = tail - std::min(tail, object.bonus_length);
  return std::min(kMaxBlockPointers, 1 + left / kBlockPointerSize);
}

/// All records of a stream carry one guid. It is BEGIN's, but in the stream of a partially
/// received snapshot (zfs send --saved): that one has no END.
void Rules::check(const Record& record) {
  const std::uint64_t guid = sealift::stream::to_guid(record);
  if (!records_guid_) records_guid_ = guid;
  require(guid == *records_guid_, "a record of snapshot {:x} among those of {:x}", guid,
          *records_guid_);
  std::visit([&](const auto& each) { check_one(each); }, record);
}

void Rules::check_one(const Begin&) const {
  require(false, "BEGIN inside of a substream");
}

void Rules::check_one(const End& record) const {
  require(record.to_guid == to_guid_, "the records are of snapshot {:x}, not {:x}", record.to_guid,
          to_guid_);
}

// Objects and ranges of them.

/// Whatever is sent about objects is sent once, in rising order.
void Rules::advance_objects(std::uint64_t first, std::uint64_t count, const char* what) {
  require(first >= next_object_, "{} {} comes after {} was dealt with", what, first,
          next_object_ - 1);
  const auto end = checked_add(first, count);
  require(end.has_value(), "{} {} with {} objects is out of range", what, first, count);
  next_object_ = *end;
  current_.object = 0;
}

void Rules::check_one(const ObjectRange& record) {
  require(raw_, "an object range in a stream that is not raw");
  require(
      record.slot_count == kSlotsPerDnodeBlock && record.first_object % kSlotsPerDnodeBlock == 0,
      "object range {} with {} slots is no dnode block", record.first_object, record.slot_count);
  require(record.first_object < kMaxObject, "object range {} is out of range", record.first_object);
  check_flags(record.flags, record_flag::kRawByteswap);
  advance_objects(record.first_object, 0, "object range");
  range_first_ = record.first_object;
  range_end_ = record.first_object + record.slot_count;
}

void Rules::check_one(const FreeObjects& record) {
  advance_objects(record.first_object, record.object_count, "free objects");
}

void Rules::check_one(const Object& record) {
  check_object_id(record.object);
  require(record.type != 0, "object {} has no type", record.object);
  check_type(record.type);
  check_type(record.bonus_type);
  check_checksum_type(record.checksum_type);
  require(record.compress < kCompressionTypes, "{} is no compression", record.compress);
  check_object_sizes(record);
  if (raw_) {
    check_raw_object(record);
  } else {
    check_plain_object(record);
  }
  require(
      (record.flags & record_flag::kObjectSpill) == 0 || (flags_ & begin_flag::kSpillBlock) != 0,
      "object {} has a spill block, but the stream not the SPILL_BLOCK flag", record.object);
  advance_objects(record.object, record.slots(), "object");
  current_ = record;
  data_end_ = 0;
  data_done_ = false;
  spill_seen_ = false;
}

void Rules::check_object_sizes(const Object& record) const {
  check_block_size(record.block_size);
  require(record.block_size <= kOldMaxBlockSize || has(feature::kLargeBlocks),
          "a block size of {} needs the feature LARGE_BLOCKS", record.block_size);
  require(record.slots() == 1 || has(feature::kLargeDnode),
          "a dnode of {} slots needs the feature LARGE_DNODE", record.slots());
  require(record.slots() <= kMaxDnodeSlots, "a dnode of {} slots", record.slots());
  require(record.object + record.slots() <= kMaxObject, "object {} is out of range", record.object);
  require(record.bonus_length <= dnode_tail_size(record.slots()),
          "a bonus of {} bytes in a dnode of {} slots", record.bonus_length, record.slots());
  require(record.bonus_type != 0 || record.bonus_length == 0, "a bonus of {} bytes without type",
          record.bonus_length);
}

void Rules::check_raw_object(const Object& record) const {
  require(record.object >= range_first_ && record.object + record.slots() <= range_end_,
          "object {} is outside of its range {} to {}", record.object, range_first_, range_end_);
  check_flags(record.flags, record_flag::kObjectSpill | record_flag::kRawByteswap);
  require(record.raw_bonus_length >= record.bonus_length,
          "a sealed bonus of {} bytes for one of {}", record.raw_bonus_length, record.bonus_length);
  require(record.indirect_block_shift >= kMinIndirectShift &&
              record.indirect_block_shift <= kMaxIndirectShift,
          "an indirect block shift of {}", record.indirect_block_shift);
  require(record.levels >= 1 && record.levels <= kMaxLevels, "{} levels", record.levels);
  require(record.block_pointers == block_pointers_for(record), "{} block pointers, not {}",
          record.block_pointers, block_pointers_for(record));
  const std::uint32_t spill =
      (record.flags & record_flag::kObjectSpill) != 0 ? kBlockPointerSize : 0;
  const std::uint32_t pointers = (record.block_pointers - 1) * kBlockPointerSize + spill;
  const std::uint32_t tail = dnode_tail_size(record.slots());
  require(pointers <= tail && record.raw_bonus_length <= tail - pointers,
          "a sealed bonus of {} bytes beside {} block pointers in a dnode of {} slots",
          record.raw_bonus_length, record.block_pointers, record.slots());
}

void Rules::check_plain_object(const Object& record) const {
  check_flags(record.flags, record_flag::kObjectSpill);
  require(record.raw_bonus_length == 0 && record.indirect_block_shift == 0 && record.levels == 0 &&
              record.block_pointers == 0,
          "object {} has fields of a raw stream", record.object);
}

// Data.

void Rules::check_current(std::uint64_t object) const {
  check_object_id(object);
  require(object == current_.object, "data of object {} without the object before it", object);
}

/// OpenZFS sends each block once, in rising order.
void Rules::check_data(std::uint64_t offset, std::uint64_t size) {
  require(!data_done_ && offset >= data_end_, "offset {} comes after {}", offset, data_end_);
  const std::uint64_t end = offset + size;
  require(end > offset || end == 0, "offset {} and size {} are out of range", offset, size);
  data_end_ = end;
  data_done_ = end == 0;
}

void Rules::check_compression(std::uint8_t compression) const {
  require(compression >= kCompressionOff && compression < kCompressionTypes, "{} is no compression",
          compression);
  require(compression != kCompressionZstd || has(feature::kZstd), "zstd needs the feature ZSTD");
  require(compression != kCompressionLz4 || has(feature::kLz4), "lz4 needs the feature LZ4");
}

void Rules::check_sealed_sizes(std::uint64_t logical, std::uint64_t stored) const {
  require(stored > 0 && stored <= logical && stored % kMinBlockSize == 0,
          "{} bytes stored for a block of {}", stored, logical);
}

void Rules::check_one(const Write& record) {
  check_current(record.object);
  check_block_size(record.logical_size);
  check_type(record.type);
  check_checksum_type(record.checksum_type);
  const std::uint8_t swapped = raw_ ? record_flag::kRawByteswap : 0;
  check_flags(record.flags, record_flag::kChecksumDedup | swapped);
  require(record.logical_size <= current_.block_size, "{} bytes for a block of {}",
          record.logical_size, current_.block_size);
  if (raw_ || record.compression != 0) {
    require(raw_ || has(feature::kCompressed), "compressed data need the feature COMPRESSED");
    check_compression(record.compression);
    check_sealed_sizes(record.logical_size, record.compressed_size);
  } else {
    require(record.compressed_size == 0, "data that are not compressed have a compressed size");
  }
  check_data(record.offset, record.logical_size);
  if (!raw_) return check_unsealed(record.sealing);
  require(record.logical_size == current_.block_size && record.offset % current_.block_size == 0,
          "offset {} and size {} are no block of object {}", record.offset, record.logical_size,
          record.object);
  require(record.offset / current_.block_size <= current_.max_block_id,
          "offset {} is beyond object {}", record.offset, record.object);
  check_sealed(record.sealing);
}

void Rules::check_one(const WriteByref& record) {
  require(has(feature::kDedup), "WRITE_BYREF needs the feature DEDUP");
  check_current(record.object);
  check_block_size(record.length);
  check_checksum_type(record.checksum_type);
  check_flags(record.flags, record_flag::kChecksumDedup);
  require(record.length <= current_.block_size, "{} bytes for a block of {}", record.length,
          current_.block_size);
  check_data(record.offset, record.length);
}

void Rules::check_one(const WriteEmbedded& record) {
  require(has(feature::kEmbedData), "WRITE_EMBEDDED needs the feature EMBED_DATA");
  check_current(record.object);
  require(record.embedded_type == 0, "embedded data of type {}", record.embedded_type);
  check_block_size(record.length);
  require(record.logical_size > 0 && record.logical_size <= record.length &&
              record.physical_size > 0 && record.physical_size <= kMaxEmbeddedPayload &&
              record.physical_size <= record.logical_size,
          "{} bytes embedded for {} in a block of {}", record.physical_size, record.logical_size,
          record.length);
  check_compression(record.compression);
  require(record.compression != kCompressionOff || record.logical_size == record.physical_size,
          "embedded data that are not compressed have two sizes");
  if (record.offset != kSpillBlock * record.length) return check_data(record.offset, record.length);
  require(!spill_seen_, "a second spill block of object {}", record.object);
  spill_seen_ = true;
}

/// The FREE of all beyond an object's end follows OBJECT, before its data.
void Rules::check_range_order(std::uint64_t offset, std::uint64_t length) {
  require(length == kToEnd || checked_add(offset, length).has_value(),
          "offset {} and length {} are out of range", offset, length);
  require(!data_done_ && offset >= data_end_, "offset {} comes after {}", offset, data_end_);
}

void Rules::check_one(const Free& record) {
  check_current(record.object);
  check_range_order(record.offset, record.length);
}

void Rules::check_one(const Redact& record) {
  require(has(feature::kRedacted), "REDACT needs the feature REDACTED");
  check_current(record.object);
  check_range_order(record.offset, record.length);
}

void Rules::check_one(const Spill& record) {
  check_current(record.object);
  require(!spill_seen_, "a second spill block of object {}", record.object);
  spill_seen_ = true;
  require(
      (flags_ & begin_flag::kSpillBlock) == 0 || (current_.flags & record_flag::kObjectSpill) != 0,
      "a spill block of object {}, which has none", record.object);
  check_type(record.type);
  check_block_size(record.length);
  const std::uint8_t swapped = raw_ ? record_flag::kRawByteswap : 0;
  check_flags(record.flags, record_flag::kSpillUnmodified | swapped);
  if (raw_) {
    check_compression(record.compression);
    check_sealed(record.sealing);
    return check_sealed_sizes(record.length, record.compressed_size);
  }
  require(record.compression == 0 && record.compressed_size == 0,
          "a compressed spill block in a stream that is not raw");
  check_unsealed(record.sealing);
}

}  // namespace sealift::stream
