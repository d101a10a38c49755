// SPDX-License-Identifier: Apache-2.0
// Receives that prove what they bring before they commit.
#include <sealift/keyring.h>

#include "base/error.h"
#include "catalog/commit.h"
#include "keys/proof_world.h"
#include "keys/verifier.h"
#include "support/catch.h"
#include "support/memory_keyring.h"

using namespace sealift;
using namespace sealift::keys::test;

namespace {

const char* const kChain = "2.1.11/enc-vol-16k/";
const char* const kDataset = "tank/enc-vol-16k";

class ProofWorld : public ReceiveWorld {
 public:
  static ReceiveRequest with_key(ReceiveVerify verify, const std::string& key = "raw") {
    ReceiveRequest request = into("tank");
    request.verify = verify;
    request.keys = hold_keys(key_file(key));
    return request;
  }
  static ReceiveRequest without_key(ReceiveVerify verify) {
    ReceiveRequest request = into("tank");
    request.verify = verify;
    request.keys = hold_keys({});
    return request;
  }
  std::string proof(const std::string& snapshot, const std::string& dataset = kDataset) {
    return property(dataset + '@' + snapshot, "proof");
  }
  std::string text_of(ByteView stream, const ReceiveRequest& request) {
    return try_receive(stream, request);
  }
};

Bytes link(const std::string& name) {
  return reference(kChain + name + ".zfs");
}

}  // namespace

TEST_CASE("A chain received with its key is proven, link by link") {
  ProofWorld world;
  const auto verify = GENERATE(ReceiveVerify::kAuto, ReceiveVerify::kAlways);
  for (const char* name : {"s1", "s1-s2", "s2-s3", "s3-s4", "s4-s5"})
    world.receive(link(name), ProofWorld::with_key(verify));
  for (const char* name : {"s1", "s2", "s3", "s4", "s5"}) CHECK(world.proof(name) == "proven");
  CHECK(world.warnings.empty());
}

TEST_CASE("What is proved at receiving is what verify proves") {
  for (const auto& stream : sealift::test::reference_streams()) {
    const bool is_alone = stream.kind == "full" || (stream.kind == "incr" && stream.from == "s1");
    if (!stream.is_encrypted() || !is_alone || stream.file.find("packages") != std::string::npos)
      continue;
    INFO(stream.file);
    ProofWorld world;
    ReceiveRequest request = ProofWorld::with_key(ReceiveVerify::kAlways, stream.key);
    request.target = "tank/sealed";
    request.naming = ReceiveNaming::kExact;
    const std::string folder = stream.file.substr(0, stream.file.rfind('/') + 1);
    if (stream.file.find("resumes") != std::string::npos) {
      if (stream.kind == "incr") world.receive(reference(folder + "enc-s1.zfs"), request);
    } else if (stream.kind == "incr") {
      world.receive(reference(folder + stream.from + ".zfs"), request);
    }
    world.receive(stream.read(), request);
    CHECK(world.proof(stream.to, "tank/sealed") == "proven");
    VerifyRequest again;
    again.target = "tank/sealed";
    again.key = key_file(stream.key);
    CHECK(verify(world.vault(), again, {}) == 0);
  }
}

TEST_CASE("Without a key a receive proves nothing, or nothing is received") {
  ProofWorld world;
  const auto before = world.files();
  CHECK(world.text_of(link("s1"), ProofWorld::without_key(ReceiveVerify::kAlways)) ==
        "cannot receive new filesystem stream: the key is not available, and nothing is to be "
        "received unproven");
  CHECK(world.last_kind() == ErrorKind::kState);
  CHECK(world.files() == before);
  world.receive(link("s1"), ProofWorld::without_key(ReceiveVerify::kAuto));
  CHECK(world.proof("s1") == "unproven");
}

TEST_CASE("A receive that is not to prove does not ask for keys") {
  ProofWorld world;
  world.receive(link("s1"), ProofWorld::with_key(ReceiveVerify::kNever, "hex"));
  CHECK(world.proof("s1") == "unproven");
}

TEST_CASE("The wrong key is refused before anything is received") {
  ProofWorld world;
  const auto before = world.files();
  for (const char* name : {"2.1.11/enc/s1.zfs", "2.1.11/rekey/s1.zfs"}) {
    const auto wrong = std::string(name).find("rekey") != std::string::npos ? "pass" : "pass2";
    const auto request = ProofWorld::with_key(ReceiveVerify::kAuto, wrong);
    // Only the head is there to be read.
    const Bytes whole = reference(name);
    const std::string text = world.text_of(ByteView(whole).first(4096), request);
    INFO(text);
    CHECK(text.find("incorrect key") != std::string::npos);
    CHECK(world.last_kind() == ErrorKind::kWrongKey);
  }
  CHECK(world.files() == before);
}

TEST_CASE("The key file that a dataset's keylocation names is at hand") {
  ProofWorld world;
  world.receive(link("s1"), ProofWorld::with_key(ReceiveVerify::kAlways));
  const auto name_file = [&](const std::string& location) {
    world.vault().refresh();
    catalog::commit(world.vault().inner(), [&](catalog::Catalog& catalog, vault::Transaction&) {
      catalog::PropertyRecord record;
      record.local = location;
      catalog.put_property({catalog.get(kDataset).id, {}}, "keylocation", record);
    });
  };
  SECTION("it opens the dataset") {
    name_file(key_file("raw").location);
    world.receive(link("s1-s2"), ProofWorld::without_key(ReceiveVerify::kAuto));
    CHECK(world.proof("s2") == "proven");
  }
  SECTION("it is not there") {
    name_file("file:///nowhere/key");
    world.receive(link("s1-s2"), ProofWorld::without_key(ReceiveVerify::kAuto));
    CHECK(world.proof("s2") == "unproven");
  }
}

TEST_CASE("An increment on what nobody proved stays unproven, unless all is to be proved") {
  ProofWorld world;
  world.receive(link("s1"), ProofWorld::without_key(ReceiveVerify::kAuto));
  SECTION("auto") {
    world.receive(link("s1-s2"), ProofWorld::with_key(ReceiveVerify::kAuto));
    CHECK(world.proof("s2") == "unproven");
    REQUIRE(world.warnings.size() == 1);
    CHECK(world.warnings[0].find("what came of tank/enc-vol-16k@s2 was proved") == 0);
  }
  SECTION("always") {
    world.receive(link("s1-s2"), ProofWorld::with_key(ReceiveVerify::kAlways));
    CHECK(world.proof("s2") == "proven");
    CHECK(world.proof("s1") == "unproven");
  }
}

TEST_CASE("A loaded key is at hand") {
  ProofWorld world;
  world.receive(link("s1"), ProofWorld::with_key(ReceiveVerify::kAlways));
  const sealift::test::MemoryKeyring ring;
  LoadKeysRequest load;
  load.dataset = kDataset;
  load.key = key_file("raw");
  load.key.loaded = &ring;
  world.vault().refresh();
  load_keys(world.vault(), load, {});
  KeyAccess access;
  access.loaded = &ring;
  ReceiveRequest request = ProofWorld::without_key(ReceiveVerify::kAlways);
  request.keys = hold_keys(access);
  world.receive(link("s1-s2"), request);
  CHECK(world.proof("s2") == "proven");
}

TEST_CASE("invariant 32: to verify writes nothing into the dataset") {
  ProofWorld world;
  world.receive(link("s1"), ProofWorld::without_key(ReceiveVerify::kAuto));
  const std::string written = world.property(kDataset, "written");
  const auto before = world.catalog().get(kDataset);
  VerifyRequest request;
  request.target = kDataset;
  request.key = key_file("raw");
  CHECK(verify(world.vault(), request, {}) == 0);
  CHECK(world.proof("s1") == "proven");
  CHECK(world.property(kDataset, "written") == written);
  CHECK(written == "0");
  CHECK(world.catalog().get(kDataset) == before);
}

TEST_CASE("invariant 28: a stream that was tampered with is refused, the vault as it was") {
  struct Case {
    std::string base;
    std::string stream;
  };
  const Case each = GENERATE(Case{"", "2.3.9/enc-128k/s1.zfs"},
                             Case{"2.3.9/enc-128k/s1.zfs", "2.3.9/enc-128k/s1-s2.zfs"});
  ProofWorld world;
  const auto request = ProofWorld::with_key(ReceiveVerify::kAuto);
  if (!each.base.empty()) world.receive(reference(each.base), request);
  world.reopen();
  const auto before = world.files();
  const Bytes whole = reference(each.stream);
  for (const Tampering& tampering : tamperings()) {
    INFO(each.stream << ": " << tampering.name);
    const Bytes changed = edited(whole, tampering.edit);
    REQUIRE(changed != whole);
    const std::string text = world.text_of(changed, request);
    INFO(text);
    CHECK(world.last_kind() == ErrorKind::kDamaged);
    CHECK(text.find("tank/enc-128k@s") != std::string::npos);
    CHECK(world.files() == before);
  }
  world.receive(whole, request);
  CHECK(world.warnings.empty());
}

TEST_CASE("A block that an increment leaves out, or puts elsewhere, is found") {
  ProofWorld world;
  const auto request = ProofWorld::with_key(ReceiveVerify::kAuto);
  world.receive(link("s1"), request);
  const Bytes whole = link("s1-s2");
  for (const Bytes& changed : {without_write(whole, 2), with_exchanged_writes(whole)}) {
    const std::string text = world.text_of(changed, request);
    INFO(text);
    CHECK(text.find("tank/enc-vol-16k@s2: object 0: one of the objects 0 to 31") !=
          std::string::npos);
    CHECK(world.last_kind() == ErrorKind::kDamaged);
  }
  world.receive(whole, request);
  CHECK(world.proof("s2") == "proven");
}

TEST_CASE("A changed block of an increment is named with dataset, object and offset") {
  ProofWorld world;
  const auto request = ProofWorld::with_key(ReceiveVerify::kAuto);
  world.receive(link("s1"), request);
  std::uint64_t offset = 0;
  const Bytes changed =
      edited(link("s1-s2"), first<stream::Write>([&](stream::Write& record, Bytes& payload) {
               offset = record.offset;
               payload[0] ^= 1;
             }));
  const std::string text = world.text_of(changed, request);
  INFO(text);
  CHECK(text.find(fmt::format("tank/enc-vol-16k@s2: object 1, offset {}: the block is not what was "
                              "sealed with this key",
                              offset)) != std::string::npos);
}

TEST_CASE("What an interrupted receive left is read again when the rest comes with a key") {
  ProofWorld world;
  ReceiveRequest saving = ProofWorld::without_key(ReceiveVerify::kAuto);
  saving.resumable = true;
  const Bytes whole = reference("2.1.11/resumes/enc-s1.zfs");
  const auto is_tampered = GENERATE(false, true);
  const Bytes sent =
      is_tampered
          ? edited(whole, first<stream::Write>([](auto&, Bytes& payload) { payload[9] ^= 4; }))
          : whole;
  world.text_of(ByteView(sent).first(sent.size() / 2), saving);
  REQUIRE(world.last_kind() == ErrorKind::kResume);

  // The rest of it, of the snapshot as it is.
  ReceiveWorld source;
  source.receive(whole);
  const Bytes rest = source.send_rest(world.property("tank/enc", "receive_resume_token"));
  ReceiveRequest proving = ProofWorld::with_key(ReceiveVerify::kAuto);
  proving.resumable = true;
  const std::string text = world.text_of(rest, proving);
  INFO(text);
  if (is_tampered) {
    CHECK(text.find("the block is not what was sealed") != std::string::npos);
    CHECK(world.last_kind() == ErrorKind::kDamaged);
  } else {
    CHECK(text == "received");
    CHECK(world.proof("s1", "tank/enc") == "proven");
  }
}

TEST_CASE("An increment is proved by what is new in it") {
  ProofWorld world;
  for (const char* name : {"s1", "s1-s2"})
    world.receive(link(name), ProofWorld::with_key(ReceiveVerify::kAlways));
  const catalog::Catalog catalog = world.catalog();
  const auto set_of = [&](const char* name) {
    return objset::read_object_set(
        world.vault().inner(),
        catalog.find_snapshot(catalog.get(kDataset).id, name).value().objset);
  };
  const objset::ObjectSet s1 = set_of("s1");
  const objset::ObjectSet s2 = set_of("s2");
  keys::Verifier verifier(world.vault().inner(), nullptr, keys::Depth::kBlocks, {});
  const auto all = verifier.verify(s2);
  const auto fresh = verifier.verify(s2, &s1);
  CHECK(fresh.blocks < all.blocks);
  std::uint64_t writes = 0;
  edited(link("s1-s2"), [&](stream::Record& record, Bytes&) {
    if (std::holds_alternative<stream::Write>(record)) ++writes;
  });
  CHECK(fresh.blocks == writes);
  CHECK(verifier.verify(s2, &s2).objects == 0);
}
