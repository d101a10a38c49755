// SPDX-License-Identifier: Apache-2.0
#include "stream/dump_print.h"
#include "stream/nvlist_print.h"

namespace sealift::stream {
namespace {

using Buffer = fmt::memory_buffer;

template <class... Args>
void append(Buffer& to, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(fmt::appender(to), format, std::forward<Args>(args)...);
}

std::string sealing(const Sealing& s) {
  return fmt::format("salt = {} iv = {} mac = {}", to_hex(s.salt), to_hex(s.iv), to_hex(s.mac));
}

struct TextOf {
  Buffer& to;
  std::uint64_t payload_size;

  void operator()(const Begin& r) const {
    append(to, "BEGIN record\n\thdrtype = {}\n\tfeatures = {:x}\n\tmagic = {:x}\n",
           r.version_info & 3, r.features(), kMagic);
    append(to, "\tcreation_time = {:x}\n\ttype = {}\n\tflags = {:#x}\n", r.creation_time, r.type,
           r.flags);
    append(to, "\ttoguid = {:x}\n\tfromguid = {:x}\n\ttoname = {}\n\tpayloadlen = {}\n", r.to_guid,
           r.from_guid, r.to_name, r.payload_length);
  }
  void operator()(const End& r) const {
    append(to, "END checksum = {:x}/{:x}/{:x}/{:x}\n", r.checksum[0], r.checksum[1], r.checksum[2],
           r.checksum[3]);
  }
  void operator()(const Object& r) const {
    append(to, "OBJECT object = {} type = {} bonustype = {} blksz = {} bonuslen = {} ", r.object,
           r.type, r.bonus_type, r.block_size, r.bonus_length);
    append(to, "dn_slots = {} raw_bonuslen = {} flags = {} maxblkid = {} ", r.dn_slots,
           r.raw_bonus_length, r.flags, r.max_block_id);
    append(to, "indblkshift = {} nlevels = {} nblkptr = {}\n", r.indirect_block_shift, r.levels,
           r.block_pointers);
  }
  void operator()(const FreeObjects& r) const {
    append(to, "FREEOBJECTS firstobj = {} numobjs = {}\n", r.first_object, r.object_count);
  }
  void operator()(const Write& r) const {
    append(to, "WRITE object = {} type = {} checksum type = {} compression type = {} flags = {} ",
           r.object, r.type, r.checksum_type, r.compression, r.flags);
    append(to, "offset = {} logical_size = {} compressed_size = {} payload_size = {} ", r.offset,
           r.logical_size, r.compressed_size, payload_size);
    append(to, "props = {:x} {}\n", r.key.properties, sealing(r.sealing));
  }
  void operator()(const WriteByref& r) const {
    append(to, "WRITE_BYREF object = {} checksum type = {} props = {:x} offset = {} length = {} ",
           r.object, r.checksum_type, r.key.properties, r.offset, r.length);
    append(to, "toguid = {:x} refguid = {:x} refobject = {} refoffset = {}\n", r.to_guid,
           r.ref_guid, r.ref_object, r.ref_offset);
  }
  void operator()(const Free& r) const {
    append(to, "FREE object = {} offset = {} length = {}\n", r.object, r.offset,
           static_cast<std::int64_t>(r.length));
  }
  void operator()(const Spill& r) const {
    append(to, "SPILL block for object = {} length = {} flags = {} compression type = {} ",
           r.object, r.length, r.flags, r.compression);
    append(to, "compressed_size = {} payload_size = {} {}\n", r.compressed_size, payload_size,
           sealing(r.sealing));
  }
  void operator()(const WriteEmbedded& r) const {
    append(to, "WRITE_EMBEDDED object = {} offset = {} length = {} toguid = {:x} ", r.object,
           r.offset, r.length, r.to_guid);
    append(to, "comp = {} etype = {} lsize = {} psize = {}\n", r.compression, r.embedded_type,
           r.logical_size, r.physical_size);
  }
  void operator()(const ObjectRange& r) const {
    append(to, "OBJECT_RANGE firstobj = {} numslots = {} flags = {} {}\n", r.first_object,
           r.slot_count, r.flags, sealing(r.sealing));
  }
  void operator()(const Redact& r) const {
    append(to, "REDACT object = {} offset = {} length = {}\n", r.object, r.offset, r.length);
  }
};

/// Sixteen bytes a line, in groups of four, then the same as text.
void hex_line(Buffer& to, ByteView line) {
  constexpr std::size_t text_column = 54;
  std::string hex;
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i % 4 == 0) hex += ' ';
    if (i % 4 == 0 && i != 0) text += ' ';
    hex += fmt::format("{:02x} ", line[i]);
    text += line[i] >= 0x20 && line[i] < 0x7f ? static_cast<char>(line[i]) : '.';
  }
  append(to, "{:<{}}{}\n", hex, text_column, text);
}

void hex(Buffer& to, ByteView bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    hex_line(to, bytes.subspan(at, std::min<std::size_t>(16, bytes.size() - at)));
  }
}

}  // namespace

void TextDump::print(const Reader& reader, const Reader::Item& item, Buffer& to) const {
  const bool all = options_.records != DumpOptions::Records::kEnds;
  const bool begin = std::holds_alternative<Begin>(item.record);
  const bool end = std::holds_alternative<End>(item.record);
  if (all || begin || end) std::visit(TextOf{to, item.payload.size()}, item.record);
  if (begin) {
    if (all) append(to, "\n");
    if (reader.begin_payload()) append(to, "{}", print_nvlist(reader.begin_payload()->list));
    return;
  }
  if (options_.payloads == DumpOptions::Payloads::kYes) hex(to, item.payload);
  if (options_.records == DumpOptions::Records::kAllAndChecksums) {
    const Checksum& sum = item.checksum;
    append(to, "    checksum = {:x}/{:x}/{:x}/{:x}\n", sum[0], sum[1], sum[2], sum[3]);
  }
}

void TextDump::print(const RecordCounts& counts, Buffer& to) const {
  append(to, "SUMMARY:\n");
  for (const RecordType type :
       {RecordType::kBegin, RecordType::kEnd, RecordType::kObject, RecordType::kFreeObjects,
        RecordType::kWrite, RecordType::kWriteByref, RecordType::kWriteEmbedded, RecordType::kFree,
        RecordType::kSpill}) {
    const auto i = static_cast<std::size_t>(type);
    append(to, "\tTotal {} records = {} ({} bytes)\n", name_of(type), counts.records[i],
           counts.payload_bytes[i]);
  }
  const std::uint64_t payload = counts.total_payload();
  const std::uint64_t headers = counts.total_records() * kRecordSize;
  append(to, "\tTotal records = {}\n", counts.total_records());
  append(to, "\tTotal payload size = {0} ({0:#x})\n", payload);
  append(to, "\tTotal header overhead = {0} ({0:#x})\n", headers);
  append(to, "\tTotal stream length = {0} ({0:#x})\n", payload + headers);
}

}  // namespace sealift::stream
