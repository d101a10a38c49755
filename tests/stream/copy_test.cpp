// SPDX-License-Identifier: Apache-2.0
// What the reader takes apart the writer puts together again, to the last byte.
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

}  // namespace

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

}  // namespace sealift::stream
