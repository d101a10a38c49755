// SPDX-License-Identifier: Apache-2.0
// Damage of any kind is found without a key.
#include <sealift/stream.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "stream/reader.h"
#include "support/catch.h"
#include "support/streams.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;

bool accepted(ByteView stream) {
  try {
    verify(stream);
    return true;
  } catch (const Error& error) {
    return error.kind() != ErrorKind::kDamaged && error.kind() != ErrorKind::kRefused;
  }
}

/// The smallest reference stream of `kind`.
Bytes smallest(const std::string& kind) {
  Bytes best;
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    if (stream.kind != kind) continue;
    Bytes bytes = stream.read();
    if (best.empty() || bytes.size() < best.size()) best = std::move(bytes);
  }
  REQUIRE(!best.empty());
  return best;
}

/// The first bit whose flip is not found in [from, to), or `to`.
std::size_t first_unnoticed_flip(Bytes& bytes, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < to; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << bit);
      const bool unnoticed = accepted(bytes);
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << bit);
      if (unnoticed) return at;
    }
  }
  return to;
}

struct Extent {
  std::size_t offset;
  std::size_t payload;
  bool begin_or_end;
};

std::vector<Extent> extents(ByteView bytes) {
  std::vector<Extent> all;
  Reader reader(bytes);
  while (const Reader::Item* item = reader.next()) {
    const bool edge =
        std::holds_alternative<Begin>(item->record) || std::holds_alternative<End>(item->record);
    all.push_back({item->offset, item->payload.size(), edge});
  }
  return all;
}

/// A package taken apart.
struct Package {
  Bytes head;
  struct Substream {
    std::string name;
    Bytes bytes;
  };
  std::vector<Substream> substreams;
  Bytes end;

  Bytes with(const std::vector<std::size_t>& chosen) const {
    Bytes all = head;
    for (const std::size_t i : chosen)
      all.insert(all.end(), substreams[i].bytes.begin(), substreams[i].bytes.end());
    all.insert(all.end(), end.begin(), end.end());
    return all;
  }
};

/// Nothing for what has no list, as `zfs send -I` makes it.
std::optional<Package> take_apart(ByteView bytes) {
  Package package;
  Bytes* into = &package.head;
  Reader reader(bytes);
  while (const Reader::Item* item = reader.next()) {
    const auto* begin = std::get_if<Begin>(&item->record);
    if (item->number == 0 && !reader.begin_payload()) return std::nullopt;
    if (begin != nullptr && begin->header_type() == HeaderType::kSubstream)
      into = &package.substreams.emplace_back(Package::Substream{begin->to_name, {}}).bytes;
    const ByteView record = bytes.subspan(item->offset, kRecordSize + item->payload.size());
    into->insert(into->end(), record.begin(), record.end());
  }
  Bytes& last = package.substreams.back().bytes;
  package.end.assign(last.end() - kRecordSize, last.end());
  last.resize(last.size() - kRecordSize);
  return package;
}

std::vector<Package> packages() {
  std::vector<Package> all;
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    if (stream.kind != "package") continue;
    if (auto package = take_apart(stream.read())) all.push_back(std::move(*package));
  }
  return all;
}

std::string fault_of(ByteView stream) {
  try {
    verify(stream);
    return "none";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kDamaged);
    return error.what();
  }
}

}  // namespace

TEST_CASE("every whole reference stream is accepted") {
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    CAPTURE(stream.file);
    const Bytes bytes = stream.read();
    test::MemorySource source(bytes);
    if (stream.kind == "saved") {
      CHECK_THROWS_WITH(verify(source), ContainsSubstring("the stream ends early, before END"));
      continue;
    }
    const StreamSummary summary = verify(source);
    CHECK(summary.bytes == bytes.size());
    CHECK(summary.is_package == (stream.kind == "package"));
    CHECK(!summary.substreams.empty());
  }
}

TEST_CASE("every single flipped bit of a small stream is found") {
  Bytes bytes = smallest("resume");
  CHECK(first_unnoticed_flip(bytes, 0, bytes.size()) == bytes.size());
}

TEST_CASE("every flipped bit around a package's BEGINs and ENDs is found") {
  Bytes bytes = smallest("package");
  for (const Extent& each : extents(bytes)) {
    if (!each.begin_or_end) continue;
    const std::size_t end = each.offset + kRecordSize + each.payload;
    CHECK(first_unnoticed_flip(bytes, each.offset, end) == end);
  }
}

TEST_CASE("streams cut at a record's border, or a byte beside it, are refused") {
  for (const char* kind : {"full", "incr", "package"}) {
    const Bytes bytes = smallest(kind);
    for (const Extent& each : extents(bytes)) {
      for (const std::size_t border : {each.offset, each.offset + kRecordSize}) {
        for (const std::size_t size : {border - 1, border, border + 1}) {
          if (size < bytes.size()) CHECK(!accepted(ByteView(bytes).first(size)));
        }
      }
    }
  }
}

TEST_CASE("a package without one of the streams that its list asks for is refused") {
  std::size_t left_out = 0;
  for (const Package& package : packages()) {
    for (std::size_t missing = 0; missing < package.substreams.size(); ++missing) {
      CAPTURE(package.substreams[missing].name);
      std::vector<std::size_t> rest;
      for (std::size_t i = 0; i < package.substreams.size(); ++i)
        if (i != missing) rest.push_back(i);
      CHECK_THAT(
          fault_of(package.with(rest)),
          ContainsSubstring(package.substreams[missing].name) && ContainsSubstring("missing"));
      ++left_out;
    }
  }
  CHECK(left_out > 5);
}

TEST_CASE("a package with a stream that its list lacks, or twice, is refused") {
  const std::vector<Package> all = packages();
  REQUIRE(all.size() > 1);
  for (const Package& package : all) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < package.substreams.size(); ++i) order.push_back(i);
    CHECK(fault_of(package.with(order)) == "none");
    Package more = package;
    more.substreams.push_back(package.substreams.front());
    order.push_back(package.substreams.size());
    CHECK_THAT(fault_of(more.with(order)),
               ContainsSubstring(more.substreams.back().name) && ContainsSubstring("twice"));
    const test::ReferenceStream& stranger = test::reference_streams().front();
    more.substreams.back().bytes = stranger.read();
    CHECK_THAT(fault_of(more.with(order)), ContainsSubstring("is not in the package's list"));
  }
}

TEST_CASE("streams that go on after their end are refused") {
  for (const char* kind : {"full", "incr", "package"}) {
    Bytes bytes = smallest(kind);
    bytes.push_back(0);
    CHECK(!accepted(bytes));
    bytes.resize(bytes.size() + kRecordSize - 1);
    CHECK(!accepted(bytes));
  }
}

}  // namespace sealift::stream
