// SPDX-License-Identifier: Apache-2.0
#include <sealift/stream.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "support/catch.h"
#include "support/streams.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;

std::string dump_of(ByteView stream, const DumpOptions& options) {
  test::MemorySource source(stream);
  test::MemorySink sink;
  dump(source, sink, options);
  return std::string(as_text(sink.bytes()));
}

DumpOptions all_records() {
  DumpOptions options;
  options.records = DumpOptions::Records::kAll;
  return options;
}

std::string decompressed(const std::string& path) {
  const Bytes packed = test::read_file(path);
  std::string text(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
  REQUIRE(size == text.size());
  return text;
}

}  // namespace

TEST_CASE("dump prints what zstream dump of the same release printed") {
  std::size_t compared = 0;
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    const std::string path = stream.path();
    const std::string wanted = path.substr(0, path.size() - 4) + ".dump.txt.zst";
    if (!std::filesystem::exists(wanted)) continue;
    CAPTURE(stream.file);
    ++compared;
    const Bytes bytes = stream.read();
    test::MemorySource source(bytes);
    test::MemorySink sink;
    if (stream.kind == "saved") {  // has no END: its records are shown, then the fault is named
      CHECK_THROWS(dump(source, sink, all_records()));
      CHECK(decompressed(wanted).rfind(as_text(sink.bytes()), 0) == 0);
    } else {
      CHECK(dump_of(bytes, all_records()) == decompressed(wanted));
    }
  }
  CHECK(compared > 0);
}

TEST_CASE("dump shows payloads and checksums where it is told to") {
  const Bytes stream = test::reference_streams().front().read();
  CHECK_THAT(dump_of(stream, {}), !ContainsSubstring("WRITE object"));
  DumpOptions options = all_records();
  options.records = DumpOptions::Records::kAllAndChecksums;
  CHECK_THAT(dump_of(stream, options), ContainsSubstring("\n    checksum = "));
  options.payloads = DumpOptions::Payloads::kYes;
  CHECK(dump_of(stream, options).size() > 3 * stream.size());
}

TEST_CASE("dump prints what is sound before it names the first fault") {
  Bytes stream = test::reference_streams().front().read();
  stream[stream.size() / 2] ^= 1;
  test::MemorySource source(stream);
  test::MemorySink sink;
  CHECK_THROWS_WITH(dump(source, sink, all_records()),
                    ContainsSubstring("checksum mismatch") && ContainsSubstring(" at offset "));
  const std::string printed(as_text(sink.bytes()));
  CHECK_THAT(printed, ContainsSubstring("BEGIN record"));
  CHECK_THAT(printed, !ContainsSubstring("SUMMARY"));

  DumpOptions options = all_records();
  options.checksums = DumpOptions::Checksums::kIgnore;
  CHECK_THAT(dump_of(stream, options), ContainsSubstring("SUMMARY"));
}

TEST_CASE("JSON has a line for each record and one for the sums") {
  const Bytes stream = test::reference_streams().front().read();
  DumpOptions options = all_records();
  options.format = DumpOptions::Format::kJson;
  const std::string json = dump_of(stream, options);
  const StreamSummary summary = verify(ByteView(stream));
  CHECK(static_cast<std::uint64_t>(std::count(json.begin(), json.end(), '\n')) ==
        summary.records + 1);
  CHECK_THAT(json, ContainsSubstring("{\"record\":\"BEGIN\",\"number\":0,\"at\":0,"));
  CHECK_THAT(json, ContainsSubstring("\"encoding\":\"native\""));
  CHECK_THAT(json, ContainsSubstring("{\"record\":\"SUMMARY\""));
}

}  // namespace sealift::stream
