// SPDX-License-Identifier: Apache-2.0
// What must hold of keys whatever streams come, with streams of real ZFS whose sender changed its
// key, and with the keys themselves.
#include "catalog/keydata.h"
#include "keys/key_tree.h"
#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using namespace sealift::keys::test;
using Catch::Matchers::ContainsSubstring;
using replicate::test::edited;
using replicate::test::ReceiveWorld;
using replicate::test::reference;

namespace {

const std::string kName = "tank/enc-vol-16k";

Bytes chain(const std::string& range) {
  return reference("2.1.11/enc-vol-16k/" + range + ".zfs");
}

/// The raw stream with its keydata changed.
Bytes with_keydata(const Bytes& bytes, const std::function<void(stream::Nvlist&)>& edit) {
  return edited(bytes, [&](stream::Record& record, Bytes& payload) {
    if (!std::holds_alternative<stream::Begin>(record)) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    stream::Nvlist keydata = *unpacked.list.get_nvlist(stream::begin_key::kCryptKeydata);
    edit(keydata);
    unpacked.list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
}

/// The stream as its sender sends it after it wrapped the master key anew.
Bytes with_wrapping(const Bytes& bytes, const Wrapping& wrapping) {
  return with_keydata(bytes,
                      [&](stream::Nvlist& keydata) { catalog::put_wrapping(keydata, wrapping); });
}

std::string reference_key() {
  const Bytes bytes = sealift::test::read_file(SEALIFT_TEST_DATA "/streams/keys/raw");
  return {bytes.begin(), bytes.end()};
}

/// A replica whose source has the raw reference key, and ways to open it.
struct Replica : ReceiveWorld {
  Replica() : original((receive(chain("s1")), own())) {}

  DatasetRecord dataset(const std::string& name = kName) { return catalog().get(name); }
  Wrapping own(const std::string& name = kName) { return own_wrapping(catalog(), dataset(name)); }
  std::optional<MasterKey> open(const std::string& name, const std::string& material) {
    const Wrapping wrapping = own(name);
    return MasterKey::unwrap(
        wrapping,
        WrappingKey::derive(crypto::Secret::copy_of(as_bytes(material)), derivation_of(wrapping)));
  }
  /// The wrapping that the source makes when it changes its key to `word`.
  Wrapping at_source(const std::string& word) {
    const catalog::Wrapping first = original;
    const auto master = MasterKey::unwrap(
        first, WrappingKey::derive(crypto::Secret::copy_of(as_bytes(reference_key())), {}));
    return master->wrap(key_of(word, {}), {}, os::system_random());
  }
  /// change-key from one raw key to another, as a user does it.
  void rotate(const std::string& name, const std::string& from, const std::string& to) {
    std::deque<std::string> typed{from, to};
    ChangeKeyRequest request;
    request.dataset = name;
    request.load = true;
    request.properties = {{"keyformat", "raw"}};
    request.key.ask = [&](const KeyQuestion&, ByteSpan into) {
      const std::string word = typed.front();
      typed.pop_front();
      std::copy(word.begin(), word.end(), into.begin());
      return word.size();
    };
    change_key(vault(), request, {}, moment());
  }
  /// change-key -i, with the keys of the parent and of `name`.
  void inherit(const std::string& name, const std::string& parents, const std::string& own) {
    std::deque<std::string> typed{parents, own};
    ChangeKeyRequest request;
    request.dataset = name;
    request.load = true;
    request.key.ask = [&](const KeyQuestion&, ByteSpan into) {
      const std::string word = typed.front();
      typed.pop_front();
      std::copy(word.begin(), word.end(), into.begin());
      return word.size();
    };
    inherit_key(vault(), request, {}, moment());
  }

  const Wrapping original;
};

}  // namespace

TEST_CASE("invariant 1: no commit replaces the local wrapping") {
  Replica replica;
  SECTION("of a replica that changed its own key (K6)") {
    replica.rotate(kName, reference_key(), material_of("mine"));
    const Wrapping mine = replica.own();
    replica.receive(chain("s1-s2"));
    CHECK(replica.own() == mine);
    CHECK(replica.open(kName, material_of("mine")));
  }
  SECTION("of one that inherits from a root of its own (K1)") {
    replica.receive(reference("2.3.9/enc-128k/s1.zfs"), ReceiveWorld::into("tank/local"));
    replica.rotate("tank/local", reference_key(), material_of("local"));
    rename(replica.vault(), kName, "tank/local/heir", {}, replica.moment());
    replica.inherit("tank/local/heir", material_of("local"), reference_key());
    const catalog::KeyRecord before = replica.dataset("tank/local/heir").key.value();
    replica.receive(chain("s1-s2"), ReceiveWorld::into("tank/local/heir"));
    replica.receive(with_wrapping(chain("s2-s3"), replica.at_source("new")),
                    ReceiveWorld::into("tank/local/heir"));
    CHECK(replica.dataset("tank/local/heir").key == before);
    CHECK(replica.open("tank/local/heir", material_of("local")));
    CHECK(replica.open("tank/local", material_of("local")));
  }
  SECTION("of a source that changed its key after the base, when it fails back (K2)") {
    replica.rotate(kName, reference_key(), material_of("rotated"));
    const Wrapping rotated = replica.own();
    replica.receive(with_wrapping(chain("s1-s2"), replica.original));
    CHECK(replica.own() == rotated);
    CHECK(replica.open(kName, material_of("rotated")));
    CHECK_FALSE(replica.open(kName, reference_key()));
  }
}

TEST_CASE("invariant 2: another key guid or suite is refused before the first record of data") {
  Replica replica;
  const auto before = replica.files();
  const auto refused = [&](const char* field, std::uint64_t value) {
    Bytes bytes = with_keydata(chain("s1-s2"),
                               [&](stream::Nvlist& keydata) { keydata.add_u64(field, value); });
    // BEGIN alone, and the stream cut behind it: nothing else is looked at.
    const std::uint32_t payload = load<std::uint32_t>(bytes.data() + 4);
    bytes.resize(stream::kRecordSize + payload);
    const std::string why = replica.try_receive(bytes);
    CHECK(replica.last_kind() == ErrorKind::kRefused);
    return why;
  };
  CHECK_THAT(refused("DSL_CRYPTO_GUID", 99), ContainsSubstring("does not match existing key"));
  CHECK_THAT(refused("DSL_CRYPTO_SUITE", 3), ContainsSubstring("does not match existing key"));
  CHECK(replica.files() == before);
}

TEST_CASE("invariant 3: what is sent is one wrapping, whatever is changed meanwhile") {
  Replica replica;
  std::string from = reference_key();
  for (unsigned round = 0; round < 20; ++round) {
    const std::string to = material_of("round " + std::to_string(round));
    const Wrapping before = replica.own();
    const Vault reader = Vault::open(replica.directory(), Vault::Access::kRead);
    SendRequest request;
    request.snapshot = kName + "@s1";
    request.format.raw = true;
    const SendPlan plan = plan_send(reader, request);
    replica.rotate(kName, from, to);
    sealift::test::MemorySink sink;
    plan.run(sink, [](std::size_t) {});
    stream::Reader head{ByteView(sink.bytes())};
    head.next();
    const Wrapping sent = catalog::read_wrapping(
        *head.begin_payload()->list.get_nvlist(stream::begin_key::kCryptKeydata));
    CHECK((sent.id() == before.id() || sent.id() == replica.own().id()));
    from = to;
  }
  CHECK(replica.open(kName, from));
}

TEST_CASE("invariant 7: every wrapping is kept, and one that comes again changes nothing") {
  Replica replica;
  SECTION("a hostile rotation at the source locks nobody out (K22)") {
    const char* ranges[] = {"s1-s2", "s2-s3", "s3-s4", "s4-s5"};
    for (const char* range : ranges)
      replica.receive(with_wrapping(chain(range), replica.at_source(std::string("evil ") + range)));
    CHECK(replica.own() == replica.original);
    CHECK(replica.open(kName, reference_key()));
    CHECK(replica.catalog().wrappings(replica.dataset().id).size() == 5);
  }
  SECTION("a stream from before the rotation brings the old wrapping back to the journal alone") {
    replica.rotate(kName, reference_key(), material_of("new"));
    const Wrapping fresh = replica.own();
    replica.receive(chain("s1-s2"));  // made with the old wrapping
    CHECK(replica.own() == fresh);
    const auto all = replica.catalog().wrappings(replica.dataset().id);
    CHECK(all.size() == 2);
    CHECK(std::find(all.begin(), all.end(), replica.original) != all.end());
  }
  SECTION("what a rollback, a rename and a promotion leave") {
    replica.rotate(kName, reference_key(), material_of("new"));
    replica.receive(chain("s1-s2"));
    rollback(replica.vault(), kName + "@s1", {true, false});
    rename(replica.vault(), kName, "tank/moved", {}, replica.moment());
    CHECK(replica.open("tank/moved", material_of("new")));
    CHECK(replica.catalog().wrappings(replica.dataset("tank/moved").id).size() == 2);
  }
}

TEST_CASE("invariant 8: a receive that breaks off leaves every key as it was") {
  Replica replica;
  replica.rotate(kName, reference_key(), material_of("mine"));
  ReceiveRequest clone = ReceiveWorld::into("tank/clone");
  clone.origin = kName + "@s1";
  const Bytes increment = with_wrapping(chain("s1-s2"), replica.original);
  const Wrapping mine = replica.own();
  const catalog::KeyRecord key = replica.dataset().key.value();
  stream::Reader reader{ByteView(increment)};
  while (const stream::Reader::Item* item = reader.next()) {
    const auto cut = ByteView(increment).first(item->offset);
    for (const ReceiveRequest& request : {clone, ReceiveWorld::into("tank")}) {
      REQUIRE(replica.try_receive(cut, request) != "received");
      REQUIRE(replica.dataset().key == key);
      REQUIRE(replica.catalog().wrappings(replica.dataset().id).size() == 2);
      REQUIRE_FALSE(replica.catalog().find("tank/clone"));
    }
  }
  CHECK(replica.own() == mine);
  replica.receive(increment, clone);
  CHECK(replica.own() == mine);
  CHECK(replica.own("tank/clone") == mine);
  CHECK(replica.open("tank/clone", material_of("mine")));
}

TEST_CASE("invariant 12: keylocation and other local properties are never a stream's") {
  ReceiveWorld replica;
  replica.receive(reference("2.1.11/packages/t-R-s1.zfs"));
  const Bytes package = reference("2.1.11/packages/t-R-I-s1-s3.zfs");
  const std::string name = "tank/t";
  set_properties(replica.vault(), {name},
                 {{"keylocation", "file:///here"}, {"readonly", "on"}, {"mountpoint", "/mnt"}});
  const auto local = [&](ReceiveWorld& world) {
    std::string all;
    for (const char* property : {"encryptionroot", "keylocation", "readonly", "mountpoint"})
      all += world.property(name, property) + " ";
    return all;
  };
  const Bytes other = replicate::test::with_list(package, [](stream::Nvlist& list) {
    stream::Nvlist all = *list.get_nvlist("fss");
    for (const auto& pair : list.get_nvlist("fss")->pairs()) {
      auto entries = std::get<std::vector<stream::Nvlist>>(pair.value);
      stream::Nvlist entry = entries.front();
      stream::Nvlist properties;
      properties.add_string("keylocation", "file:///theirs");
      properties.add_string("mountpoint", "/theirs");
      properties.add_u64("readonly", 0);
      entry.add_nvlist("props", properties);
      all.add_nvlist(pair.name, entry);
    }
    list.add_nvlist("fss", all);
  });
  for (const Bytes& stream : {package, other}) {
    ReceiveWorld copy(replica);
    copy.receive(stream);
    CHECK(copy.property(name + "@s3", "guid") != "-");
    CHECK(local(copy) == "tank/t file:///here on /mnt ");
  }
}
