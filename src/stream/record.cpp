// SPDX-License-Identifier: Apache-2.0
#include "stream/record.h"

#include "base/checked.h"

namespace sealift::stream {

std::string_view name_of(RecordType type) {
  constexpr std::array<std::string_view, kRecordTypes> names = {
      "DRR_BEGIN",          "DRR_OBJECT",       "DRR_FREEOBJECTS", "DRR_WRITE",
      "DRR_FREE",           "DRR_END",          "DRR_WRITE_BYREF", "DRR_SPILL",
      "DRR_WRITE_EMBEDDED", "DRR_OBJECT_RANGE", "DRR_REDACT"};
  return names[static_cast<std::size_t>(type)];
}

std::uint64_t payload_size(const Object& object) {
  return object.raw_bonus_length != 0 ? object.raw_bonus_length : round_up(object.bonus_length, 8);
}

std::uint64_t payload_size(const Write& write) {
  return write.compression != 0 ? write.compressed_size : write.logical_size;
}

std::uint64_t payload_size(const Spill& spill) {
  return spill.compressed_size != 0 ? spill.compressed_size : spill.length;
}

std::uint64_t payload_size(const WriteEmbedded& embedded) {
  return round_up(embedded.physical_size, 8);
}

namespace {

struct PayloadSize {
  std::uint64_t operator()(const Begin& begin) const { return begin.payload_length; }
  std::uint64_t operator()(const Object& object) const { return payload_size(object); }
  std::uint64_t operator()(const Write& write) const { return payload_size(write); }
  std::uint64_t operator()(const Spill& spill) const { return payload_size(spill); }
  std::uint64_t operator()(const WriteEmbedded& embedded) const { return payload_size(embedded); }
  template <class Other>
  std::uint64_t operator()(const Other&) const {
    return 0;
  }
};

struct PositionOf {
  Position operator()(const Begin&) const { return {}; }
  Position operator()(const End&) const { return {}; }
  Position operator()(const Object& object) const { return {object.object, 0}; }
  Position operator()(const FreeObjects& range) const { return {range.first_object, 0}; }
  Position operator()(const ObjectRange& range) const { return {range.first_object, 0}; }
  Position operator()(const Spill& spill) const { return {spill.object, 0}; }
  template <class Data>
  Position operator()(const Data& data) const {
    return {data.object, data.offset};
  }
};

}  // namespace

std::uint64_t payload_size(const Record& record) {
  return std::visit(PayloadSize{}, record);
}

std::uint64_t to_guid(const Record& record) {
  return std::visit([](const auto& each) { return each.to_guid; }, record);
}

bool has_position(const Record& record) {
  return !std::holds_alternative<Begin>(record) && !std::holds_alternative<End>(record);
}

Position position(const Record& record) {
  return std::visit(PositionOf{}, record);
}

}  // namespace sealift::stream
