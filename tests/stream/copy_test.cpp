// SPDX-License-Identifier: Apache-2.0
// What the reader takes apart the writer puts together again, to the last byte.
#include <sealift/stream.h>

#include "stream/reader.h"
#include "stream/writer.h"
#include "support/catch.h"
#include "support/streams.h"

namespace sealift::stream {
namespace {

using test::MemorySink;
using test::MemorySource;

Bytes copy(Reader& reader) {
  MemorySink sink;
  std::optional<Writer> writer;
  StreamSize size;
  while (const Reader::Item* item = reader.next()) {
    if (!writer) writer.emplace(sink, reader.endian());
    writer->write(item->record, item->payload);
    size.add(item->record);
  }
  writer->flush();
  CHECK(writer->bytes_written() == sink.bytes().size());
  CHECK(size.bytes() == sink.bytes().size());
  return sink.bytes();
}

/// The same stream as a host of the other byte order would have sent its records.
Bytes in_endian(ByteView stream, Endian endian) {
  MemorySource source(stream);
  Reader reader(source);
  MemorySink sink;
  Writer writer(sink, endian);
  while (const Reader::Item* item = reader.next()) writer.write(item->record, item->payload);
  writer.flush();
  return sink.bytes();
}

/// The same stream with its BEGINs' payloads packed in another way.
Bytes repacked(ByteView stream, Packing packing) {
  Reader reader(stream);
  MemorySink sink;
  Writer writer(sink, packing.endian);
  while (const Reader::Item* item = reader.next()) {
    Record record = item->record;
    Bytes payload(item->payload.begin(), item->payload.end());
    auto* begin = std::get_if<Begin>(&record);
    if (begin != nullptr && reader.begin_payload()) {
      payload = encode_nvlist(reader.begin_payload()->list, packing);
      begin->payload_length = static_cast<std::uint32_t>(payload.size());
    }
    writer.write(record, payload);
  }
  writer.flush();
  return sink.bytes();
}

}  // namespace

TEST_CASE("a payload whose sum is known is written as any other") {
  for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
    MemorySink known, computed;
    Writer with_sums(known, endian), writer(computed, endian);
    Begin begin;
    begin.to_name = "tank@s";
    begin.version_info = make_version_info(HeaderType::kSubstream, 0);
    Write write;
    write.logical_size = 70'000;
    const Bytes payload(write.logical_size, 0x5a);
    for (int i = 0; i < 3; ++i) {
      const Record record = i == 0 ? Record(begin) : Record(write);
      const ByteView bytes = i == 0 ? ByteView() : ByteView(payload);
      with_sums.write(record, bytes, crypto::fletcher4(bytes, endian));
      writer.write(record, bytes);
    }
    with_sums.write(End{});
    writer.write(End{});
    with_sums.flush();
    writer.flush();
    CHECK(known.bytes() == computed.bytes());
  }
}

TEST_CASE("every reference stream is read and written identically") {
  REQUIRE(!test::reference_streams().empty());
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    if (stream.kind == "saved") continue;  // has no END
    CAPTURE(stream.file);
    const Bytes bytes = stream.read();
    MemorySource source(bytes);
    Reader reader(source);
    CHECK(copy(reader) == bytes);
    CHECK(reader.is_package() == (stream.kind == "package"));
    CHECK(reader.offset() == bytes.size());
  }
}

TEST_CASE("how a source cuts its bytes makes no difference") {
  const Bytes bytes = test::reference_streams().front().read();
  for (const std::size_t piece : {1, 7, 311, 312, 313, 4096}) {
    MemorySource source(bytes, piece);
    Reader reader(source);
    CHECK(copy(reader) == bytes);
  }
  Reader in_memory{ByteView(bytes)};
  CHECK(copy(in_memory) == bytes);
}

TEST_CASE("streams keep their meaning and their bytes across byte orders") {
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    if (stream.kind == "saved") continue;  // has no END
    CAPTURE(stream.file);
    const Bytes bytes = stream.read();
    const Bytes big = in_endian(bytes, Endian::kBig);
    MemorySource source(big);
    Reader reader(source);
    CHECK(copy(reader) == big);
    CHECK(reader.endian() == Endian::kBig);
    CHECK(in_endian(big, Endian::kLittle) == bytes);
  }
}

TEST_CASE("payloads are read in both formats and byte orders, and mean the same") {
  using Format = Packing::Format;
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    if (stream.kind != "package" && stream.kind != "clone") continue;
    CAPTURE(stream.file);
    const Bytes bytes = stream.read();
    const StreamSummary wanted = verify(ByteView(bytes));
    for (const Format format : {Format::kNative, Format::kXdr}) {
      for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
        const Bytes other = repacked(bytes, {format, endian});
        const StreamSummary summary = verify(ByteView(other));
        CHECK(summary.records == wanted.records);
        CHECK(summary.big_endian == (endian == Endian::kBig));
        CHECK(summary.substreams.size() == wanted.substreams.size());
      }
    }
  }
}

}  // namespace sealift::stream
