// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream/reader.h"
#include "stream/writer.h"
#include "support/streams.h"

namespace sealift::test {

/// The list as a host of byte order `endian` packs it.
inline Bytes repacked(const stream::UnpackedNvlist& unpacked, Endian endian) {
  return stream::encode_nvlist(unpacked.list, {unpacked.packing.format, endian});
}

/// What a sender of byte order `endian` would have made of the same blocks: records, checksums and
/// packed lists in that order, blocks as they are.
inline Bytes in_byte_order(ByteView bytes, Endian endian) {
  stream::Reader reader(bytes);
  MemorySink sink;
  stream::Writer writer(sink, endian);
  while (const stream::Reader::Item* item = reader.next()) {
    stream::Record record = item->record;
    Bytes payload(item->payload.begin(), item->payload.end());
    auto* begin = std::get_if<stream::Begin>(&record);
    if (begin != nullptr && reader.begin_payload()) {
      payload = repacked(*reader.begin_payload(), endian);
      begin->payload_length = static_cast<std::uint32_t>(payload.size());
    }
    writer.write(record, payload);
  }
  writer.flush();
  return sink.bytes();
}

}  // namespace sealift::test
