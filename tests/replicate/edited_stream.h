// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "stream/reader.h"
#include "stream/writer.h"
#include "support/streams.h"

namespace sealift::replicate::test {

/// What a test changes of a record and its payload.
using EditRecord = std::function<void(stream::Record&, Bytes& payload)>;

/// The stream or package with other records and right checksums.
inline Bytes edited(const Bytes& bytes, const EditRecord& edit) {
  stream::Reader reader{ByteView(bytes)};
  sealift::test::MemorySink sink;
  std::optional<stream::Writer> writer;
  while (const stream::Reader::Item* item = reader.next()) {
    stream::Record record = item->record;
    Bytes payload(item->payload.begin(), item->payload.end());
    edit(record, payload);
    if (auto* begin = std::get_if<stream::Begin>(&record))
      begin->payload_length = static_cast<std::uint32_t>(payload.size());
    if (!writer) writer.emplace(sink, reader.endian());
    writer->write(record, payload);
  }
  writer->flush();
  return sink.bytes();
}

/// The list in a package's BEGIN, changed.
inline Bytes with_list(const Bytes& bytes, const std::function<void(stream::Nvlist&)>& edit) {
  return edited(bytes, [&](stream::Record& record, Bytes& payload) {
    const auto* begin = std::get_if<stream::Begin>(&record);
    if (begin == nullptr || begin->header_type() != stream::HeaderType::kCompound) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    edit(unpacked.list);
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
}

}  // namespace sealift::replicate::test
