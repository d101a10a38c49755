// SPDX-License-Identifier: Apache-2.0
// Writes a raw stream of one large file to stdout, for the benchmarks: structurally what OpenZFS
// sends, with random bytes where ciphertext would be.
//
//   make_stream RECORD_BYTES BLOCKS              the full stream of @s1
//   make_stream RECORD_BYTES BLOCKS PER_MILLE    the increment to @s2 that changes so many blocks
//
// Both have the same guids and keys for the same arguments, so the second applies to the first.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>

#include "made_up_key.h"
#include "os/fd_channel.h"
#include "stream/nvlist.h"
#include "stream/writer.h"

namespace {

using namespace sealift;

constexpr std::uint64_t kFirstGuid = 0x1001;
constexpr std::uint64_t kSecondGuid = 0x1002;
constexpr std::uint64_t kObject = 2;

struct Shape {
  std::uint32_t record_bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t per_mille = 0;  ///< 0: a full stream

  bool is_full() const { return per_mille == 0; }
  std::uint64_t to_guid() const { return is_full() ? kFirstGuid : kSecondGuid; }
  std::uint8_t levels() const {
    std::uint8_t count = 1;
    for (std::uint64_t span = 1; span < blocks; span <<= 10) ++count;
    return count;
  }
};

void put_begin(stream::Writer& writer, const Shape& shape) {
  namespace feature = stream::feature;
  const Bytes payload =
      bench::made_up_keydata({0, shape.to_guid(), shape.is_full() ? 0 : kFirstGuid});
  stream::Begin begin;
  begin.payload_length = static_cast<std::uint32_t>(payload.size());
  begin.version_info = stream::make_version_info(
      stream::HeaderType::kSubstream, feature::kRaw | feature::kCompressed | feature::kLz4 |
                                          feature::kSaSpill | feature::kLargeBlocks);
  begin.creation_time = 1700000000;
  begin.type = stream::objset_type::kFilesystem;
  begin.flags = stream::begin_flag::kFreeRecords | stream::begin_flag::kSpillBlock;
  begin.to_guid = shape.to_guid();
  begin.from_guid = shape.is_full() ? 0 : kFirstGuid;
  begin.to_name = shape.is_full() ? "tank/big@s1" : "tank/big@s2";
  writer.write(begin, payload);
}

void put_object(stream::Writer& writer, const Shape& shape) {
  stream::ObjectRange range;
  range.slot_count = stream::kSlotsPerDnodeBlock;
  range.to_guid = shape.to_guid();
  range.sealing.iv[0] = static_cast<std::uint8_t>(shape.to_guid());
  writer.write(range);
  writer.write(stream::FreeObjects{1, 1, shape.to_guid()});
  stream::Object object;
  object.object = kObject;
  object.type = 19;
  object.bonus_type = 44;
  object.block_size = shape.record_bytes;
  object.bonus_length = 168;
  object.dn_slots = 1;
  object.raw_bonus_length = 320;
  object.to_guid = shape.to_guid();
  object.indirect_block_shift = 17;
  object.levels = shape.levels();
  object.block_pointers = 1;
  object.max_block_id = shape.blocks - 1;
  writer.write(object, Bytes(320, 6));
  writer.write(
      stream::Free{kObject, shape.blocks * shape.record_bytes, stream::kToEnd, shape.to_guid()});
}

void put_data(stream::Writer& writer, const Shape& shape) {
  std::mt19937_64 random(shape.to_guid());
  Bytes payload(shape.record_bytes);
  for (std::size_t i = 0; i < payload.size(); i += 8) store(payload.data() + i, random());
  for (std::uint64_t block = 0; block < shape.blocks; ++block) {
    if (!shape.is_full() && random() % 1000 >= shape.per_mille) continue;
    store(payload.data(), random());
    stream::Write write;
    write.object = kObject;
    write.type = 19;
    write.offset = block * shape.record_bytes;
    write.logical_size = shape.record_bytes;
    write.to_guid = shape.to_guid();
    write.checksum_type = 7;
    write.compression = 2;
    write.compressed_size = shape.record_bytes;
    store(write.sealing.iv.data(), random());
    store(write.sealing.mac.data(), random());
    store(write.sealing.mac.data() + 8, random());
    const std::uint64_t sectors = shape.record_bytes / 512 - 1;
    write.key.properties = sectors | sectors << 16 | 2ULL << 32 | 1ULL << 39;  // as OpenZFS's
    write.key.checksum = {random(), random(), load<std::uint64_t>(write.sealing.mac.data()),
                          load<std::uint64_t>(write.sealing.mac.data() + 8)};
    writer.write(write, payload);
  }
  writer.write(stream::FreeObjects{kObject + 1, 32 - kObject - 1, shape.to_guid()});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: make_stream RECORD_BYTES BLOCKS [PER_MILLE]\n");
    return 2;
  }
  Shape shape;
  shape.record_bytes = static_cast<std::uint32_t>(std::stoul(argv[1]));
  shape.blocks = std::stoull(argv[2]);
  if (argc == 4) shape.per_mille = std::stoull(argv[3]);
  os::FdSink sink(os::Fd(1), "standard output");
  stream::Writer writer(sink, Endian::kLittle);
  put_begin(writer, shape);
  put_object(writer, shape);
  put_data(writer, shape);
  stream::End end;
  end.to_guid = shape.to_guid();
  writer.write(end);
  writer.flush();
  return 0;
}
