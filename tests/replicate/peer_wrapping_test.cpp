// SPDX-License-Identifier: Apache-2.0
// A vault sends to real ZFS with the wrapping that ZFS has.
#include "replicate/peer_wrapping.h"

#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using sealift::test::MemorySink;
using sealift::test::MemorySource;

const std::string kFolder = "2.1.11/aes-256-gcm/";
const std::string kName = "tank/raw-aes-256-gcm";

/// The same stream as somebody would have sent it who wraps the master key otherwise.
Bytes wrapped_otherwise(const Bytes& stream) {
  return edited(stream, [&](stream::Record& record, Bytes& payload) {
    if (!std::holds_alternative<stream::Begin>(record)) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    stream::Nvlist keydata = *unpacked.list.get_nvlist(stream::begin_key::kCryptKeydata);
    keydata.add_u8_array("DSL_CRYPTO_MASTER_KEY_1", Bytes(32, 0x77));
    keydata.add_u8_array("DSL_CRYPTO_MAC", Bytes(16, 0x78));
    unpacked.list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
}

std::shared_ptr<const stream::Peer> peer_with(const Bytes& head) {
  return std::make_shared<const stream::Peer>(std::vector<stream::PeerHead>{
      {[head] {
         struct Owned final : Source {
           explicit Owned(Bytes all) : bytes(std::move(all)), source(bytes) {}
           std::size_t read(ByteSpan into) override { return source.read(into); }
           Bytes bytes;
           MemorySource source;
         };
         return std::make_unique<Owned>(head);
       },
       stream::PeerHead::Again::kYes}});
}

struct World : ReceiveWorld {
  World() {
    receive_file(kFolder + "s1.zfs");
    receive_file(kFolder + "s1-s2.zfs");
  }
  Bytes send_to(const std::shared_ptr<const stream::Peer>& peer, const std::string& from = {}) {
    vault().refresh();
    SendRequest request;
    request.snapshot = kName + (from.empty() ? "@s1" : "@s2");
    request.from = from;
    request.format.raw = true;
    request.peer = peer;
    MemorySink sink;
    plan_send(vault(), request).run(sink, [](std::size_t) {});
    return sink.bytes();
  }
};

std::string why(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("what is sent to a peer carries the peer's wrapping", "[invariant-13]") {
  World world;
  const Bytes full = reference(kFolder + "s1.zfs"), increment = reference(kFolder + "s1-s2.zfs");
  const auto peer = peer_with(wrapped_otherwise(full));
  CHECK(keep_wrappings(world.vault(), *peer, world.moment()) == 1);
  CHECK(world.send_to(peer, "@s1") == wrapped_otherwise(increment));
  CHECK(world.send_to(peer) == wrapped_otherwise(full));
}

TEST_CASE("a peer's wrapping is journalled before it is sent, and not put in force",
          "[invariant-13]") {
  World world;
  const auto peer = peer_with(wrapped_otherwise(reference(kFolder + "s1.zfs")));
  CHECK_THAT(why([&] { world.send_to(peer, "@s1"); }), ContainsSubstring("is not in the journal"));
  const auto before = world.catalog().get(kName).key;
  CHECK(keep_wrappings(world.vault(), *peer, world.moment()) == 1);
  CHECK(keep_wrappings(world.vault(), *peer, world.moment()) == 0);
  const auto catalog = world.catalog();
  CHECK(catalog.get(kName).key == before);
  const auto kept = catalog.wrappings(catalog.get(kName).id);
  REQUIRE(kept.size() == 2);
  CHECK(std::count_if(kept.begin(), kept.end(), [](const catalog::Wrapping& each) {
          return each.master_key.front() == 0x77 && each.from == kName + "@s1";
        }) == 1);
}

TEST_CASE("a peer with another master key is refused, and nothing is sent") {
  World world;
  const auto peer = peer_with(reference("2.1.11/aes-128-gcm/s1.zfs"));
  CHECK(keep_wrappings(world.vault(), *peer, world.moment()) == 0);
  CHECK_THAT(why([&] { world.send_to(peer, "@s1"); }),
             ContainsSubstring("aes-256-gcm") && ContainsSubstring("the peer has key"));
}

TEST_CASE("a peer that changed its wrapping meanwhile gets no END", "[invariant-13]") {
  World world;
  const Bytes full = reference(kFolder + "s1.zfs"), increment = reference(kFolder + "s1-s2.zfs");
  const Bytes before = wrapped_otherwise(full);
  int reads = 0;
  const auto peer = std::make_shared<const stream::Peer>(std::vector<stream::PeerHead>{
      {[&]() -> std::unique_ptr<Source> {
         return std::make_unique<MemorySource>(reads++ == 0 ? before : full);
       },
       stream::PeerHead::Again::kYes}});
  keep_wrappings(world.vault(), *peer, world.moment());
  world.vault().refresh();
  SendRequest request;
  request.snapshot = kName + "@s2";
  request.from = "@s1";
  request.format.raw = true;
  request.peer = peer;
  MemorySink sink;
  const SendPlan plan = plan_send(world.vault(), request);
  CHECK(reads == 1);
  CHECK(plan.measure().total == increment.size());
  CHECK(reads == 1);
  CHECK_THAT(why([&] { plan.run(sink, [](std::size_t) {}); }),
             ContainsSubstring("changed its wrapping"));
  CHECK(sink.bytes().size() == increment.size() - stream::kRecordSize);
}

}  // namespace sealift::replicate::test
