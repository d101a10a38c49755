// SPDX-License-Identifier: Apache-2.0
#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"
#include "stream/reader.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr const char* kFull = "2.1.11/enc-vol-16k/s1.zfs";
constexpr const char* kIncrement = "2.1.11/enc-vol-16k/s1-s2.zfs";
constexpr const char* kNext = "2.1.11/enc-vol-16k/s2-s3.zfs";
const std::string kName = "tank/enc-vol-16k";

Bytes stream(const char* file) {
  return reference(file);
}

/// Where each record ends, and its header if a payload follows.
std::vector<std::size_t> record_borders(const Bytes& bytes) {
  std::vector<std::size_t> borders;
  stream::Reader reader{ByteView(bytes)};
  while (const stream::Reader::Item* item = reader.next()) {
    borders.push_back(item->offset + stream::kRecordSize);
    if (!item->payload.empty()) borders.push_back(reader.offset());
  }
  return borders;
}

TEST_CASE("a damaged stream leaves every file as it was") {
  ReceiveWorld world;
  world.receive_file(kFull);
  const Bytes good = stream(kIncrement);
  const auto before = world.files();
  const auto refuse = [&](ByteView bytes) {
    REQUIRE(world.try_receive(bytes) != "received");
    REQUIRE(world.files() == before);
  };
  SECTION("a flipped bit here and there") {  // damage_test.cpp flips each bit of a smaller stream
    for (std::size_t at = 0; at < good.size(); at += 577) {
      INFO(at);
      Bytes bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
      refuse(bad);
    }
  }
  SECTION("the end is missing") {
    for (const std::size_t border : record_borders(good))
      for (const std::size_t size : {border - 1, border, border + 1})
        if (size < good.size()) refuse(ByteView(good).first(size));
  }
  SECTION("something follows") {
    Bytes bad = good;
    bad.push_back(0);
    refuse(bad);
    bad = good;
    bad.insert(bad.end(), good.begin(), good.end());
    refuse(bad);
  }
  CHECK(world.receive(good).snapshots == std::vector<std::string>{kName + "@s2"});
}

TEST_CASE("names come from the target and the stream") {
  ReceiveWorld world;
  create_dataset(world.vault(), "tank/in", {}, world.moment());
  ReceiveRequest request;
  const auto received_as = [&](const std::string& target, ReceiveNaming naming) {
    request.target = target;
    request.naming = naming;
    ReceiveWorld copy(world);
    return copy.receive(stream(kFull), request).snapshots.front();
  };
  CHECK(received_as("tank/in/a", ReceiveNaming::kExact) == "tank/in/a@s1");
  CHECK(received_as("tank/in/a@mon", ReceiveNaming::kExact) == "tank/in/a@mon");
  CHECK(received_as("tank/in", ReceiveNaming::kDropFirst) == "tank/in/enc-vol-16k@s1");
  CHECK(received_as("tank/in", ReceiveNaming::kKeepLast) == "tank/in/enc-vol-16k@s1");
  const auto refusal = [&](const std::string& target, ReceiveNaming naming) {
    request.target = target;
    request.naming = naming;
    return world.try_receive(stream(kFull), request);
  };
  CHECK_THAT(refusal("tank/in@x", ReceiveNaming::kDropFirst),
             ContainsSubstring("snapshot not allowed with -d"));
  CHECK_THAT(refusal("tank/none", ReceiveNaming::kKeepLast),
             ContainsSubstring("specified fs (tank/none) does not exist"));
  CHECK_THAT(refusal("tank", ReceiveNaming::kExact), ContainsSubstring("root dataset"));
  CHECK_THAT(refusal("tank/none/a", ReceiveNaming::kExact),
             ContainsSubstring("parent 'tank/none' does not exist"));
  CHECK_THAT(refusal("other/a", ReceiveNaming::kExact), ContainsSubstring("'other'"));
}

TEST_CASE("a snapshot that is there is passed over") {
  ReceiveWorld world;
  world.receive_file(kFull);
  world.receive_file(kIncrement);
  CHECK(world.receive(stream(kIncrement)).snapshots.empty());
  CHECK(world.notes.back() == "snap " + kName + "@s2 already exists; ignoring");

  SECTION("with -F too, and nothing newer goes") {
    world.receive_file(kNext);
    ReceiveRequest forced = ReceiveWorld::into("tank");
    forced.force = true;
    CHECK(world.receive(stream(kIncrement), forced).snapshots.empty());
    CHECK(world.names(kName).size() == 4);
  }
  SECTION("but not under another name") {
    rename(world.vault(), kName + "@s2", kName + "@two", {}, world.moment());
    world.vault().refresh();
    CHECK_THAT(world.try_receive(stream(kIncrement)), ContainsSubstring("most recent snapshot"));
  }
  SECTION("nor where its name is another's") {
    rename(world.vault(), kName + "@s2", kName + "@two", {}, world.moment());
    rename(world.vault(), kName + "@s1", kName + "@s2", {}, world.moment());
    destroy(world.vault(), kName + "@two", {});
    world.vault().refresh();
    CHECK_THAT(world.try_receive(stream(kIncrement)),
               ContainsSubstring("destination already exists"));
  }
}

TEST_CASE("a package refreshes the properties of snapshots that are there") {
  ReceiveWorld world;
  world.receive_file("2.1.11/packages/t-R-s1.zfs");
  // The second time it is refused, for its full stream of what is there now.
  const auto tell = [&](const stream::Nvlist& properties) {
    world.try_receive(
        with_list(reference("2.1.11/packages/t-R-I-s1-s3.zfs"), [&](stream::Nvlist& list) {
          stream::Nvlist all;
          for (stream::Nvlist::Pair pair : list.get_nvlist("fss")->pairs()) {
            stream::Nvlist& entry = std::get<std::vector<stream::Nvlist>>(pair.value).front();
            stream::Nvlist snapshots = *entry.get_nvlist("snapprops");
            if (snapshots.contains("s1")) snapshots.add_nvlist("s1", properties);
            entry.add_nvlist("snapprops", snapshots);
            all.add(pair);
          }
          list.add_nvlist("fss", all);
        }));
  };
  tell(stream::Nvlist().add_string("org:x", "one"));
  CHECK(world.property("tank/t@s1", "org:x") == "one");
  tell(stream::Nvlist().add_string("org:y", "two"));
  CHECK(world.property("tank/t@s1", "org:x") == "-");
  CHECK(world.property("tank/t@s1", "org:y") == "two");
}

TEST_CASE("a dry run checks all and changes nothing") {
  ReceiveWorld world;
  ReceiveRequest request = ReceiveWorld::into("tank");
  request.dry_run = true;
  const auto before = world.files();
  CHECK(world.receive(stream(kFull), request).snapshots.size() == 1);
  Bytes bad = stream(kFull);
  bad[bad.size() / 2] ^= 1;
  CHECK_THAT(world.try_receive(bad, request), ContainsSubstring("checksum mismatch"));
  CHECK_THAT(world.try_receive(stream(kIncrement), request), ContainsSubstring("does not exist"));
  CHECK(world.receive(reference("2.1.11/packages/t-R-s1.zfs"), request).snapshots.size() == 6);
  CHECK(world.files() == before);
}

TEST_CASE("a dry run follows what a package does step by step") {
  ReceiveWorld world;
  world.receive_file("2.1.11/packages/t-R-s1.zfs");
  ReceiveRequest request = ReceiveWorld::into("tank");
  request.dry_run = request.force = true;
  const auto before = world.files();
  const Bytes package = reference("2.1.11/packages/t-R-I-s1-s3.zfs");
  const std::vector<std::string> foreseen = world.receive(package, request).snapshots;
  CHECK(world.files() == before);
  request.dry_run = false;
  CHECK(world.receive(package, request).snapshots == foreseen);
}

TEST_CASE("a forced receive rolls back to what the stream builds on") {
  ReceiveWorld world;
  for (const char* file : {kFull, kIncrement, kNext}) world.receive_file(file);
  const std::string used = world.property(kName, "used");
  const Bytes again = world.send(kName + "@s3", "@s1");
  destroy(world.vault(), kName + "@s3", {});
  world.vault().refresh();
  rename(world.vault(), kName + "@s2", kName + "@mine", {}, world.moment());
  world.vault().refresh();

  SECTION("not without it") {
    CHECK_THAT(world.try_receive(again), ContainsSubstring("does not match incremental source"));
    CHECK_THAT(world.last_hint(), ContainsSubstring("-o origin=" + kName + "@s1"));
  }
  ReceiveRequest forced = ReceiveWorld::into("tank");
  forced.force = true;
  SECTION("what is newer goes in the same commit") {
    world.receive(again, forced);
    CHECK(world.names(kName) == std::vector<std::string>{kName, kName + "@s1", kName + "@s3"});
    CHECK(world.send(kName + "@s3", "@s1") == again);
  }
  SECTION("bookmarks of what goes do so too") {
    bookmark(world.vault(), kName + "@mine", kName + "#mine");
    bookmark(world.vault(), kName + "@s1", kName + "#base");
    world.vault().refresh();
    world.receive(again, forced);
    CHECK(world.names(kName) ==
          std::vector<std::string>{kName, kName + "#base", kName + "@s1", kName + "@s3"});
  }
  SECTION("what is held stays") {
    hold(world.vault(), "keep", {kName + "@mine"}, Recursion::kNone, world.moment());
    CHECK_THAT(world.try_receive(again, forced), ContainsSubstring("is held"));
    CHECK(world.names(kName).back() == kName + "@s1");
  }
  SECTION("beside it, nothing goes") {
    ReceiveRequest beside = ReceiveWorld::into("tank/beside");
    beside.origin = kName + "@s1";
    world.receive(again, beside);
    CHECK(world.property("tank/beside", "origin") == kName + "@s1");
    CHECK(world.names(kName).size() == 3);
  }
}

TEST_CASE("properties: set, excluded, and never those of the key") {
  ReceiveWorld world;
  ReceiveRequest request = ReceiveWorld::into("tank");
  request.overrides = {{"org:x", "here"}, {"readonly", "on"}};
  world.receive(stream(kFull), request);
  CHECK(world.property(kName, "org:x") == "here");
  CHECK(world.property(kName, "readonly") == "on");
  request.overrides = {{"encryption", "off"}};
  CHECK_THAT(world.try_receive(stream(kIncrement), request),
             ContainsSubstring("cannot be set or excluded for raw streams"));
  request.overrides = {{"used", "1"}};
  CHECK_THAT(world.try_receive(stream(kIncrement), request),
             ContainsSubstring("invalid property 'used'"));
}

}  // namespace
}  // namespace sealift::replicate::test
