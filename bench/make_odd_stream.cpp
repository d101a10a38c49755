// SPDX-License-Identifier: Apache-2.0
// Writes streams that ask for much memory.
//
//   make_odd_stream list DATASETS SNAPSHOTS   a package's list alone, two properties a snapshot
//   make_odd_stream pairs COUNT               a package's list of the shortest pairs
//   make_odd_stream texts COUNT               a package's list of empty texts
//   make_odd_stream properties COUNT          a package's list: one snapshot, all else properties
//   make_odd_stream objects COUNT             a raw stream: one block, then objects without any

#include <cstdio>
#include <string>

#include "made_up_key.h"
#include "os/fd_channel.h"
#include "stream/nvlist.h"
#include "stream/writer.h"

namespace {

using namespace sealift;
using stream::DataType;
using stream::Nvlist;

constexpr std::uint64_t kGuid = 0x2001;

Nvlist::Pair nested(std::string name, Nvlist list) {
  std::vector<Nvlist> one;
  one.push_back(std::move(list));
  return {std::move(name), DataType::kNvlist, std::move(one)};
}

Nvlist snapshot_properties() {
  Nvlist list;
  list.add_string("com.sun:auto-snapshot-label", "daily");
  return list.add_string("org.example:kept-until", "2027-01-01T00:00:00");
}

Nvlist dataset_entry(std::uint64_t number, std::uint64_t snapshots) {
  Nvlist names, properties;
  for (std::uint64_t i = 0; i < snapshots; ++i) {
    const std::string name = "zfs-auto-snap_daily-" + std::to_string(20200000 + i);
    names.append({name, DataType::kUint64, number << 32 | (i + 1)});
    properties.append(nested(name, snapshot_properties()));
  }
  Nvlist entry;
  entry.add_string("name", "tank/set" + std::to_string(number)).add_u64("parentfromsnap", 0);
  entry.add_nvlist("props", Nvlist{});
  entry.add_nvlist("snaps", std::move(names));
  return entry.add_nvlist("snapprops", std::move(properties));
}

Nvlist package_list(std::uint64_t datasets, std::uint64_t snapshots) {
  Nvlist entries;
  for (std::uint64_t i = 1; i <= datasets; ++i)
    entries.append(nested(std::to_string(i), dataset_entry(i, snapshots)));
  Nvlist list;
  return list.add_string("tosnap", "last").add_nvlist("fss", std::move(entries));
}

Nvlist many_pairs(std::uint64_t count) {
  Nvlist list;
  for (std::uint64_t i = 0; i < count; ++i) list.append({"", DataType::kBoolean, {}});
  return list;
}

Nvlist many_texts(std::uint64_t count) {
  Nvlist list;
  list.append({"", DataType::kStringArray, std::vector<std::string>(count)});
  return list;
}

Nvlist many_properties(std::uint64_t count) {
  Nvlist properties, all, names, entry, entries, list;
  for (std::uint64_t i = 0; i < count; ++i) properties.append({"", DataType::kUint64, i});
  all.append(nested("s", std::move(properties)));
  names.add_u64("s", 1);
  entry.add_string("name", "tank").add_nvlist("snaps", std::move(names));
  entry.add_nvlist("snapprops", std::move(all));
  entries.append(nested("1", std::move(entry)));
  return list.add_string("tosnap", "s").add_nvlist("fss", std::move(entries));
}

void write_package(stream::Writer& writer, const Nvlist& list) {
  const Bytes payload = stream::encode_nvlist(list, {stream::Packing::Format::kXdr});
  stream::Begin begin;
  begin.payload_length = static_cast<std::uint32_t>(payload.size());
  begin.version_info = stream::make_version_info(stream::HeaderType::kCompound, 0);
  begin.to_name = "tank@last";
  writer.write(begin, payload);
  writer.write(stream::End{});
  writer.write(stream::End{});
}

void write_begin(stream::Writer& writer, std::uint64_t dnode_blocks) {
  namespace feature = stream::feature;
  const Bytes payload = bench::made_up_keydata({dnode_blocks - 1, kGuid, 0});
  stream::Begin begin;
  begin.payload_length = static_cast<std::uint32_t>(payload.size());
  begin.version_info = stream::make_version_info(
      stream::HeaderType::kSubstream,
      feature::kRaw | feature::kCompressed | feature::kLz4 | feature::kSaSpill);
  begin.creation_time = 1700000000;
  begin.type = stream::objset_type::kFilesystem;
  begin.flags = stream::begin_flag::kFreeRecords | stream::begin_flag::kSpillBlock;
  begin.to_guid = kGuid;
  begin.to_name = "tank/odd@s1";
  writer.write(begin, payload);
}

void write_object(stream::Writer& writer, std::uint64_t number) {
  if (number % stream::kSlotsPerDnodeBlock == 0 || number == 1) {
    stream::ObjectRange range;
    range.first_object = number / stream::kSlotsPerDnodeBlock * stream::kSlotsPerDnodeBlock;
    range.slot_count = stream::kSlotsPerDnodeBlock;
    range.to_guid = kGuid;
    range.sealing.iv[0] = 1;
    writer.write(range);
  }
  stream::Object object;
  object.object = number;
  object.type = 19;
  object.bonus_type = 44;
  object.block_size = 512;
  object.bonus_length = 168;
  object.dn_slots = 1;
  object.raw_bonus_length = 320;
  object.to_guid = kGuid;
  object.indirect_block_shift = 17;
  object.levels = 1;
  object.block_pointers = 1;
  writer.write(object, Bytes(320, 6));
  writer.write(stream::Free{number, 512, stream::kToEnd, kGuid});
}

void write_block(stream::Writer& writer, std::uint64_t object) {
  stream::Write write;
  write.object = object;
  write.type = 19;
  write.logical_size = 512;
  write.to_guid = kGuid;
  write.compression = 2;
  write.compressed_size = 512;
  write.sealing.iv[0] = 1;
  write.sealing.mac[0] = 1;
  writer.write(write, Bytes(512, 7));
}

void write_objects(stream::Writer& writer, std::uint64_t count) {
  write_begin(writer, count / stream::kSlotsPerDnodeBlock + 1);
  for (std::uint64_t i = 1; i <= count; ++i) {
    write_object(writer, i);
    if (i == 1) write_block(writer, i);
  }
  stream::End end;
  end.to_guid = kGuid;
  writer.write(end);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc >= 3 ? argv[1] : "";
  const std::uint64_t count = argc >= 3 ? std::stoull(argv[2]) : 0;
  os::FdSink sink(os::Fd(1), "standard output");
  stream::Writer writer(sink, Endian::kLittle);
  if (kind == "list" && argc == 4) {
    write_package(writer, package_list(count, std::stoull(argv[3])));
  } else if (kind == "pairs") {
    write_package(writer, many_pairs(count));
  } else if (kind == "texts") {
    write_package(writer, many_texts(count));
  } else if (kind == "properties") {
    write_package(writer, many_properties(count));
  } else if (kind == "objects") {
    write_objects(writer, count);
  } else {
    std::fprintf(stderr,
                 "usage: make_odd_stream list DATASETS SNAPSHOTS\n"
                 "       make_odd_stream pairs|texts|properties|objects COUNT\n");
    return 2;
  }
  writer.flush();
  return 0;
}
