// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "stream/reader.h"
#include "stream/writer.h"
#include "support/streams.h"

namespace sealift::replicate::test {

/// A record as it came, with its payload.
struct Kept {
  stream::Record record;
  Bytes payload;
};
using Records = std::vector<Kept>;

inline Records records_of(const Bytes& stream) {
  Records records;
  stream::Reader reader{ByteView(stream)};
  while (const auto* item = reader.next())
    records.push_back({item->record, Bytes(item->payload.begin(), item->payload.end())});
  return records;
}

/// With right checksums, whatever the records are.
inline Bytes stream_of(const Records& records) {
  sealift::test::MemorySink sink;
  stream::Writer writer(sink, Endian::kLittle);
  for (const Kept& each : records) writer.write(each.record, each.payload);
  writer.flush();
  return sink.bytes();
}

/// Where the records of one type are.
template <class T>
std::vector<std::size_t> places_of(const Records& records) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < records.size(); ++i)
    if (std::holds_alternative<T>(records[i].record)) places.push_back(i);
  return places;
}

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
