// SPDX-License-Identifier: Apache-2.0
// A receive that breaks off anywhere and goes on ends as one that did not.
#include <algorithm>

#include "catalog/name.h"
#include "replicate/receive_world.h"
#include "stream/reader.h"
#include "stream/token.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr const char* kFull = "2.1.11/resumes/enc-s1.zfs";
constexpr const char* kIncrement = "2.1.11/resumes/enc-s1-s3.zfs";
constexpr const char* kPlain = "2.1.11/resumes/plain-s1-Lec.zfs";

ReceiveRequest resumable() {
  ReceiveRequest request = ReceiveWorld::into("tank");
  request.resumable = true;
  return request;
}

ByteView first(const Bytes& bytes, std::size_t count) {
  return ByteView(bytes).first(count);
}

std::vector<std::size_t> record_ends(const Bytes& bytes) {
  std::vector<std::size_t> ends;
  stream::Reader reader{ByteView(bytes)};
  while (reader.next() != nullptr) ends.push_back(reader.offset());
  return ends;
}

std::string token_of(ReceiveWorld& world, const std::string& dataset) {
  const auto record = world.catalog().find(dataset);
  if (!record) return "-";
  const auto partial = world.catalog().partial(record->id);
  return partial ? partial->token : "-";
}

/// One stream, its sender, and the receiver as it was before.
struct Case {
  Bytes stream;
  ReceiveWorld sender;
  ReceiveWorld before;
  std::string dataset;
  std::string snapshot;
  std::string from;

  static Case full(const std::string& file, const std::string& dataset) {
    Case made;
    made.stream = reference(file);
    made.sender.receive(made.stream);
    made.dataset = dataset;
    made.snapshot = dataset + "@s1";
    return made;
  }
  static Case increment() {
    Case made = full(kFull, "tank/enc");
    made.before.receive(made.stream);
    made.stream = reference(kIncrement);
    made.sender.receive(made.stream);
    made.snapshot = "tank/enc@s3";
    made.from = "@s1";
    return made;
  }

  /// Breaks off after `cut` bytes, goes on, and compares.
  void cut_at(std::size_t cut) {
    INFO("cut at " << cut);
    ReceiveWorld world(before);
    REQUIRE(world.try_receive(first(stream, cut), resumable()) != "received");
    const std::string token = token_of(world, dataset);
    REQUIRE((token != "-") == (world.last_kind() == ErrorKind::kResume));
    world.reopen();
    world.receive(token == "-" ? stream : sender.send_rest(token), resumable());
    REQUIRE(token_of(world, dataset) == "-");
    REQUIRE(world.send(snapshot, from) == stream);
    check_used(world);
  }
  /// What the ledgers of several receives add up to is what one comes to, but for an entry at each
  /// cut: it takes more bytes where its block does not stand behind the one before.
  void check_used(ReceiveWorld& world) {
    constexpr long long cut_bytes = 512;
    const auto bytes = [&](ReceiveWorld& each, const std::string& name, const std::string& of) {
      return std::stoll(each.property(of, name));
    };
    for (const auto& [name, of] : {std::pair{"referenced", snapshot}, std::pair{"used", dataset}})
      REQUIRE(std::abs(bytes(world, name, of) - bytes(sender, name, of)) < cut_bytes);
  }
};

TEST_CASE("a stream cut at any border of its records goes on") {
  auto what = GENERATE(as<std::string>(), "full", "increment", "plain");
  Case one = what == "full"    ? Case::full(kFull, "tank/enc")
             : what == "plain" ? Case::full(kPlain, "tank/plain")
                               : Case::increment();
  const std::vector<std::size_t> ends = record_ends(one.stream);
  for (const std::size_t end : ends)
    if (end != one.stream.size()) one.cut_at(end);
}

TEST_CASE("a stream cut a byte beside any border of its records goes on") {
  Case one = Case::increment();
  for (const std::size_t end : record_ends(one.stream)) {
    one.cut_at(end - 1);
    if (end != one.stream.size()) one.cut_at(end + 1);
  }
}

TEST_CASE("a stream cut anywhere goes on") {
  Case one = Case::increment();
  for (std::size_t cut = 1; cut < one.stream.size(); cut += 211) one.cut_at(cut);
}

TEST_CASE("a stream cut again and again goes on") {
  Case one = Case::full(kFull, "tank/enc");
  ReceiveWorld world(one.before);
  Bytes rest = one.stream;
  for (int round = 0; rest.size() > 150'000; ++round) {
    REQUIRE(round < 9);
    world.try_receive(first(rest, 150'000), resumable());
    REQUIRE(world.last_kind() == ErrorKind::kResume);
    rest = one.sender.send_rest(token_of(world, one.dataset));
  }
  world.receive(rest, resumable());
  CHECK(world.send(one.snapshot) == one.stream);
  one.check_used(world);
}

/// Where the last record ends that stands at a token's place.
std::size_t end_of_place(const Bytes& bytes, const stream::ResumeToken& token) {
  std::size_t end = 0;
  stream::Reader reader{ByteView(bytes)};
  while (const stream::Reader::Item* item = reader.next()) {
    const auto type = stream::type_of(item->record);
    const bool counts = type == stream::RecordType::kObject || type == stream::RecordType::kWrite;
    if (!counts) continue;
    const stream::Position at = stream::position(item->record);
    if (at.object == token.object && at.offset == token.offset) end = reader.offset();
  }
  return end;
}

TEST_CASE("real ZFS's token is ours, and its resumed stream goes on") {
  for (const std::string chain : {"enc-s1", "enc-s1-s3"}) {
    INFO(chain);
    Case one = chain == "enc-s1" ? Case::full(kFull, "tank/enc") : Case::increment();
    const std::string base = "2.1.11/resumes/" + chain + ".at60.";
    const Bytes text = reference(base + "token");
    const stream::ResumeToken theirs =
        stream::parse_token(std::string(text.begin(), std::find(text.begin(), text.end(), '\n')));
    ReceiveWorld world(one.before);
    world.try_receive(first(one.stream, end_of_place(one.stream, theirs)), resumable());
    stream::ResumeToken ours = stream::parse_token(token_of(world, one.dataset));
    // ZFS counts what it had read when it wrote the place down.
    CHECK(ours.bytes <= theirs.bytes);
    ours.bytes = theirs.bytes;
    CHECK(ours == theirs);
    world.receive(reference(base + "zfs"), resumable());
    CHECK(world.send(one.snapshot, one.from) == one.stream);
    one.check_used(world);
  }
}

TEST_CASE("what was begun is bound to its stream") {
  Case one = Case::increment();
  one.before.try_receive(first(one.stream, 40'000), resumable());
  const std::string token = token_of(one.before, one.dataset);
  const Bytes rest = one.sender.send_rest(token);

  SECTION("nothing else is received meanwhile") {
    CHECK_THAT(one.before.try_receive(one.stream),
               ContainsSubstring("contains partially-complete state from \"zfs receive -s\""));
    CHECK_THAT(one.before.last_hint(), ContainsSubstring("sealift receive -A tank/enc"));
  }
  SECTION("with -F it does not go on") {
    ReceiveRequest forced = resumable();
    forced.force = true;
    CHECK_THAT(one.before.try_receive(rest, forced), ContainsSubstring("begun without -F"));
  }
  SECTION("after a snapshot it does not go on") {
    one.before.vault().refresh();
    take_snapshots(one.before.vault(), {"tank/enc@local"}, {}, one.before.moment());
    CHECK_THAT(one.before.try_receive(rest, resumable()), ContainsSubstring("was changed since"));
  }
  SECTION("elsewhere it does not go on") {
    CHECK_THAT(one.sender.try_receive(rest, resumable()),
               ContainsSubstring("no partially received state"));
  }
  SECTION("another place is refused") {
    one.before.try_receive(first(rest, 20'000), resumable());
    CHECK_THAT(one.before.try_receive(rest, resumable()), ContainsSubstring("to resume at"));
  }
  SECTION("given up, the vault holds what it held") {
    abort_receive(one.before.vault(), "tank/enc");
    CHECK(token_of(one.before, one.dataset) == "-");
    CHECK(one.before.receive(one.stream).snapshots.size() == 1);
    CHECK(one.before.send(one.snapshot, one.from) == one.stream);
    one.check_used(one.before);
  }
}

TEST_CASE("giving up the first receive takes its dataset along") {
  Case one = Case::full(kFull, "tank/enc");
  one.before.try_receive(first(one.stream, 100'000), resumable());
  CHECK(one.before.names() == std::vector<std::string>{"tank", "tank/enc"});
  abort_receive(one.before.vault(), "tank/enc");
  CHECK(one.before.names() == std::vector<std::string>{"tank"});
  CHECK(one.before.property("tank", "used") == "0");
  CHECK_THROWS_WITH(abort_receive(one.before.vault(), "tank"),
                    ContainsSubstring("does not have any resumable receive state to abort"));
}

}  // namespace
}  // namespace sealift::replicate::test
