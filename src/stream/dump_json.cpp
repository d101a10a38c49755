// SPDX-License-Identifier: Apache-2.0
#include "stream/dump_print.h"
#include "stream/nvlist_print.h"

namespace sealift::stream {
namespace {

/// Collects an object's members.
class Members {
 public:
  explicit Members(fmt::memory_buffer& to) : to_(to) {}

  Members& text(std::string_view name, std::string_view value) {
    return raw(name, json_string(value));
  }
  Members& number(std::string_view name, std::uint64_t value) {
    return raw(name, fmt::format("{}", value));
  }
  /// Guids, checksums and property words: hexadecimal, as JSON's numbers are too short.
  Members& hex(std::string_view name, std::uint64_t value) {
    return raw(name, fmt::format("\"{:x}\"", value));
  }
  Members& checksum(std::string_view name, const Checksum& sum) {
    return raw(name, fmt::format("\"{:x}/{:x}/{:x}/{:x}\"", sum[0], sum[1], sum[2], sum[3]));
  }
  Members& sealing(const Sealing& sealing) {
    return text("salt", to_hex(sealing.salt))
        .text("iv", to_hex(sealing.iv))
        .text("mac", to_hex(sealing.mac));
  }
  Members& raw(std::string_view name, std::string_view value) {
    fmt::format_to(fmt::appender(to_), "{}\"{}\":{}", separator_, name, value);
    separator_ = ",";
    return *this;
  }

 private:
  fmt::memory_buffer& to_;
  std::string_view separator_ = "{";
};

struct MembersOf {
  Members& to;

  void operator()(const Begin& r) const {
    to.number("hdrtype", r.version_info & 3).hex("features", r.features());
    to.number("creation_time", r.creation_time).number("objset_type", r.type);
    to.number("flags", r.flags).hex("toguid", r.to_guid).hex("fromguid", r.from_guid);
    to.text("toname", r.to_name);
  }
  void operator()(const End& r) const { to.checksum("end_checksum", r.checksum); }
  void operator()(const Object& r) const {
    to.number("object", r.object).number("object_type", r.type).number("bonustype", r.bonus_type);
    to.number("blksz", r.block_size).number("bonuslen", r.bonus_length);
    to.number("checksumtype", r.checksum_type).number("compress", r.compress);
    to.number("dn_slots", r.dn_slots).number("raw_bonuslen", r.raw_bonus_length);
    to.number("flags", r.flags).number("maxblkid", r.max_block_id);
    to.number("indblkshift", r.indirect_block_shift).number("nlevels", r.levels);
    to.number("nblkptr", r.block_pointers);
  }
  void operator()(const FreeObjects& r) const {
    to.number("firstobj", r.first_object).number("numobjs", r.object_count);
  }
  void operator()(const Write& r) const {
    to.number("object", r.object).number("object_type", r.type);
    to.number("checksumtype", r.checksum_type).number("compressiontype", r.compression);
    to.number("flags", r.flags).number("offset", r.offset);
    to.number("logical_size", r.logical_size).number("compressed_size", r.compressed_size);
    to.hex("props", r.key.properties).checksum("key", r.key.checksum).sealing(r.sealing);
  }
  void operator()(const WriteByref& r) const {
    to.number("object", r.object).number("offset", r.offset).number("length", r.length);
    to.hex("refguid", r.ref_guid).number("refobject", r.ref_object);
    to.number("refoffset", r.ref_offset).number("checksumtype", r.checksum_type);
    to.number("flags", r.flags).hex("props", r.key.properties).checksum("key", r.key.checksum);
  }
  void operator()(const Free& r) const {
    to.number("object", r.object).number("offset", r.offset).number("length", r.length);
  }
  void operator()(const Spill& r) const {
    to.number("object", r.object).number("length", r.length).number("flags", r.flags);
    to.number("compressiontype", r.compression).number("compressed_size", r.compressed_size);
    to.number("object_type", r.type).sealing(r.sealing);
  }
  void operator()(const WriteEmbedded& r) const {
    to.number("object", r.object).number("offset", r.offset).number("length", r.length);
    to.number("compressiontype", r.compression).number("etype", r.embedded_type);
    to.number("lsize", r.logical_size).number("psize", r.physical_size);
  }
  void operator()(const ObjectRange& r) const {
    to.number("firstobj", r.first_object).number("numslots", r.slot_count);
    to.number("flags", r.flags).sealing(r.sealing);
  }
  void operator()(const Redact& r) const {
    to.number("object", r.object).number("offset", r.offset).number("length", r.length);
  }
};

void end_line(fmt::memory_buffer& to) {
  fmt::format_to(fmt::appender(to), "}}\n");
}

}  // namespace

void JsonDump::print(const Reader& reader, const Reader::Item& item, fmt::memory_buffer& to) const {
  const bool begin = std::holds_alternative<Begin>(item.record);
  const bool end = std::holds_alternative<End>(item.record);
  const bool all = options_.records != DumpOptions::Records::kEnds;
  if (!all && !begin && !end) return;
  Members members(to);
  members.text("record", name_of(type_of(item.record)).substr(4));
  members.number("number", item.number).number("at", item.offset);
  members.number("payload_size", item.payload.size());
  std::visit(MembersOf{members}, item.record);
  if (begin && reader.begin_payload()) {
    const bool xdr = reader.begin_payload()->packing.format == Packing::Format::kXdr;
    members.text("encoding", xdr ? "xdr" : "native");
    members.raw("payload", nvlist_to_json(reader.begin_payload()->list));
  }
  if (!begin && options_.payloads == DumpOptions::Payloads::kYes) {
    members.text("payload", to_hex(item.payload));
  }
  if (!begin && options_.records == DumpOptions::Records::kAllAndChecksums) {
    members.checksum("checksum", item.checksum);
  }
  end_line(to);
}

void JsonDump::print(const RecordCounts& counts, fmt::memory_buffer& to) const {
  Members members(to);
  members.text("record", "SUMMARY");
  for (std::size_t i = 0; i < kRecordTypes; ++i) {
    const std::string_view name = name_of(static_cast<RecordType>(i)).substr(4);
    members.number(name, counts.records[i]);
  }
  members.number("records", counts.total_records()).number("payload", counts.total_payload());
  members.number("length", counts.total_payload() + counts.total_records() * kRecordSize);
  end_line(to);
}

}  // namespace sealift::stream
