// SPDX-License-Identifier: Apache-2.0
#include "stream/reader.h"

#include "base/error.h"
#include "stream/record_codec.h"
#include "stream/writer.h"
#include "support/catch.h"
#include "support/streams.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;

/// What the reader says of `bytes`; "accepted" if it finds no fault.
std::string fault(ByteView bytes) {
  Reader reader(bytes);
  try {
    while (reader.next() != nullptr) {
    }
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kDamaged);
    std::string again;
    try {
      reader.next();
    } catch (const Error& second) {
      again = second.what();
    }
    CHECK(again == error.what());  // what failed stays failed
    return error.what();
  }
  return "accepted";
}

/// A stream of its records in turn.
struct Stream {
  test::MemorySink sink;
  Writer writer;

  explicit Stream(Endian endian = Endian::kLittle) : writer(sink, endian) {}
  Stream& add(const Record& record, ByteView payload = {}) {
    writer.write(record, payload);
    return *this;
  }
  Bytes bytes() {
    writer.flush();
    return sink.bytes();
  }
};

Begin begin(HeaderType type = HeaderType::kSubstream) {
  Begin begin;
  begin.version_info = make_version_info(type, 0);
  begin.to_name = "tank/home@mon";
  return begin;
}

Bytes whole() {
  return Stream().add(begin()).add(FreeObjects{1, 2, 3}).add(End{}).bytes();
}

Bytes with_byte(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes.at(at) = value;
  return bytes;
}

}  // namespace

TEST_CASE("a stream and a package of it are accepted") {
  CHECK(fault(whole()) == "accepted");
  Stream package;
  package.add(begin(HeaderType::kCompound)).add(End{});
  package.add(begin()).add(End{}).add(begin()).add(End{}).add(End{});
  CHECK(fault(package.bytes()) == "accepted");
}

TEST_CASE("zstream seals the ENDs of a package like other records") {
  Stream package;
  package.add(begin(HeaderType::kCompound)).add(End{}).add(begin()).add(End{}).add(End{});
  Bytes bytes = package.bytes();
  const auto seal = [&](std::size_t at, crypto::FletcherSum before) {
    crypto::Fletcher4 sum(Endian::kLittle, before);
    sum.update(ByteView(bytes).subspan(at, kChecksumOffset));
    store_checksum(bytes.data() + at + kChecksumOffset, sum.sum(), Endian::kLittle);
  };
  seal(kRecordSize, crypto::fletcher4(ByteView(bytes).first(kRecordSize), Endian::kLittle));
  seal(bytes.size() - kRecordSize, {});
  CHECK(fault(bytes) == "accepted");
  CHECK_THAT(fault(with_byte(bytes, kRecordSize + kChecksumOffset, 0)),
             ContainsSubstring("record 1 at offset 312: DRR_END: checksum mismatch"));
  CHECK_THAT(fault(with_byte(bytes, bytes.size() - 1, 1)), ContainsSubstring("checksum mismatch"));
}

TEST_CASE("a package's substreams have byte orders of their own") {
  const auto part = [](Endian endian) { return Stream(endian).add(begin()).add(End{}).bytes(); };
  Stream head;
  Bytes bytes = head.add(begin(HeaderType::kCompound)).add(End{}).bytes();
  for (const Bytes& each : {part(Endian::kBig), part(Endian::kLittle), part(Endian::kBig)})
    bytes.insert(bytes.end(), each.begin(), each.end());
  const Bytes last = Stream().add(End{}).bytes();
  bytes.insert(bytes.end(), last.begin(), last.end());
  CHECK(fault(bytes) == "accepted");
}

TEST_CASE("what is no stream is refused at its first record") {
  CHECK_THAT(fault({}), ContainsSubstring("record 0 at offset 0: the stream ends early"));
  CHECK_THAT(fault(Bytes(1000, 0)), ContainsSubstring("invalid stream (bad magic number)"));
  CHECK_THAT(fault(with_byte(whole(), 8, 0)),
             ContainsSubstring("invalid stream (bad magic number)"));
  CHECK_THAT(fault(with_byte(whole(), 16, 0)), ContainsSubstring("unknown header type 0"));
}

TEST_CASE("a fault is named with its record and offset") {
  CHECK_THAT(fault(with_byte(whole(), 312 + 8, 9)),
             ContainsSubstring("record 1 at offset 312: DRR_FREEOBJECTS: checksum mismatch"));
  CHECK_THAT(fault(with_byte(whole(), 312, 77)),
             ContainsSubstring("record 1 at offset 312: unknown record type 77"));
  CHECK_THAT(fault(with_byte(whole(), 312 + 40, 1)),
             ContainsSubstring("DRR_FREEOBJECTS: byte 40 must be zero and is not"));
  CHECK_THAT(fault(with_byte(whole(), 4 + 312, 1)), ContainsSubstring("byte 4 must be zero"));
}

TEST_CASE("streams that end early or go on are refused") {
  const Bytes bytes = whole();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THAT(fault(ByteView(bytes).first(size)), ContainsSubstring("ends early"));
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_THAT(fault(longer), ContainsSubstring("bytes after the end of the stream"));
}

TEST_CASE("records stand only where they may") {
  CHECK_THAT(fault(Stream().add(begin()).add(begin()).add(End{}).bytes()),
             ContainsSubstring("BEGIN inside of a stream"));
  CHECK_THAT(fault(Stream().add(begin(HeaderType::kCompound)).add(Free{}).bytes()),
             ContainsSubstring("DRR_FREE in a package's header"));
  CHECK_THAT(fault(Stream().add(begin(HeaderType::kCompound)).add(End{}).add(Free{}).bytes()),
             ContainsSubstring("DRR_FREE outside of a substream"));
  Stream nested;
  nested.add(begin(HeaderType::kCompound)).add(End{}).add(begin(HeaderType::kCompound)).add(End{});
  CHECK_THAT(fault(nested.bytes()), ContainsSubstring("a package inside of a package"));
  CHECK_THAT(fault(Stream().add(begin(HeaderType::kCompound)).add(End{}).bytes()),
             ContainsSubstring("the package's last END is missing"));
}

TEST_CASE("payload sizes are checked before anything is read or allocated") {
  Write write;
  write.logical_size = 1ULL << 40;
  Bytes bytes = Stream().add(begin()).bytes();
  bytes.resize(2 * kRecordSize);
  const auto put = [&](const Record& record) {
    encode(record, Endian::kLittle, RecordBytes(bytes.data() + kRecordSize, kRecordSize));
    crypto::Fletcher4 sum(Endian::kLittle);
    sum.update(ByteView(bytes).first(kRecordSize + kChecksumOffset));
    store_checksum(bytes.data() + kRecordSize + kChecksumOffset, sum.sum(), Endian::kLittle);
    return fault(bytes);
  };
  CHECK_THAT(put(write), ContainsSubstring("beyond the limit"));
  write.logical_size = 6;
  CHECK_THAT(put(write), ContainsSubstring("no multiple of 4"));
  Object object;
  object.bonus_length = ~0U;
  CHECK_THAT(put(object), ContainsSubstring("beyond the limit"));
  WriteEmbedded embedded;
  embedded.physical_size = 113;
  CHECK_THAT(put(embedded), ContainsSubstring("beyond the limit"));
}

TEST_CASE("a substream's BEGIN has a smaller limit than a package's") {
  const auto announce = [](HeaderType type, std::uint32_t size) {
    Begin announced = begin(type);
    announced.payload_length = size;
    Bytes bytes(kRecordSize);
    encode(announced, Endian::kLittle, RecordBytes(bytes.data(), kRecordSize));
    return fault(bytes);
  };
  CHECK_THAT(announce(HeaderType::kSubstream, kMaxBeginPayload),
             ContainsSubstring("ends early, inside a payload"));
  CHECK_THAT(announce(HeaderType::kSubstream, kMaxBeginPayload + 4),
             ContainsSubstring("beyond the limit"));
  CHECK_THAT(announce(HeaderType::kCompound, kMaxPackagePayload),
             ContainsSubstring("ends early, inside a payload"));
  CHECK_THAT(announce(HeaderType::kCompound, kMaxPackagePayload + 4),
             ContainsSubstring("beyond the limit"));
}

TEST_CASE("the streams of a package are counted") {
  /// One head, and then one and the same stream again and again.
  class Endless final : public Source {
   public:
    std::size_t read(ByteSpan into) override {
      if (rest_.empty()) rest_ = stream_;
      const std::size_t size = std::min(into.size(), rest_.size());
      std::copy_n(rest_.begin(), size, into.begin());
      rest_ = rest_.subspan(size);
      return size;
    }

   private:
    Bytes head_ = Stream().add(begin(HeaderType::kCompound)).add(End{}).bytes();
    Bytes stream_ = Stream().add(begin()).add(End{}).bytes();
    ByteView rest_ = head_;
  };
  Endless source;
  Reader reader(source);
  for (std::uint64_t i = 0; i < 2 + 2ULL * kMaxSubstreams; ++i) REQUIRE(reader.next() != nullptr);
  CHECK_THROWS_WITH(reader.next(), ContainsSubstring("more than 262144 streams"));
}

TEST_CASE("a package's list can be taken, and the records behind it come as ever") {
  Nvlist list;
  list.add_u8_array("large", Bytes(3 * Input::kBufferSize, 1));
  const Bytes payload = encode_nvlist(list, {Packing::Format::kNative});
  Begin package = begin(HeaderType::kCompound);
  package.payload_length = static_cast<std::uint32_t>(payload.size());
  Stream stream;
  stream.add(package, payload).add(End{}).add(begin()).add(FreeObjects{1, 2, 3}).add(End{});
  const Bytes bytes = stream.add(End{}).bytes();
  test::MemorySource source(bytes);
  Reader reader(source);
  reader.next();
  reader.next();
  CHECK(reader.take_begin_payload()->list == list);
  CHECK(!reader.begin_payload());
  while (reader.next() != nullptr) {
  }
  CHECK(reader.offset() == bytes.size());
}

TEST_CASE("checksums can be left unverified, framing not") {
  const Bytes bytes = with_byte(whole(), 312 + 8, 9);
  Reader reader(ByteView(bytes), VerifyChecksums::kNo);
  while (reader.next() != nullptr) {
  }
  CHECK(reader.records() == 3);
}

}  // namespace sealift::stream
