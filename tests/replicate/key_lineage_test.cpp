// SPDX-License-Identifier: Apache-2.0
// What a single stream tells of its encryption root, and what a receiver makes of that.
#include "replicate/key_lineage.h"

#include "replicate/arrival.h"
#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// The lineage in the head of a stream.
std::optional<KeyLineage> lineage_in(const Bytes& stream) {
  stream::Reader reader{ByteView(stream)};
  reader.next();
  const auto* list = reader.begin_payload()->list.get_nvlist(KeyLineage::kPair);
  if (list == nullptr) return std::nullopt;
  return decode_lineage(*list);
}

Bytes with_lineage(const Bytes& stream, const std::function<void(KeyLineage&)>& edit) {
  return edited(stream, [&](stream::Record& record, Bytes& payload) {
    if (!std::holds_alternative<stream::Begin>(record)) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    KeyLineage lineage = decode_lineage(*unpacked.list.get_nvlist(KeyLineage::kPair));
    edit(lineage);
    unpacked.list.add_nvlist(KeyLineage::kPair, encode(lineage));
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
}

/// What changes with the wrapping, of crypt_keydata.
Bytes with_salt(const Bytes& stream, std::uint64_t salt) {
  return edited(stream, [&](stream::Record& record, Bytes& payload) {
    if (!std::holds_alternative<stream::Begin>(record)) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    stream::Nvlist keydata = *unpacked.list.get_nvlist(stream::begin_key::kCryptKeydata);
    unpacked.list.add_nvlist(stream::begin_key::kCryptKeydata, keydata.add_u64("pbkdf2salt", salt));
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
}

/// The reference tree, whose tank/t is the encryption root of tank/t/a.
struct Tree : ReceiveWorld {
  Tree() { receive(reference("2.1.11/packages/t-R-s1.zfs"), into("tank/t")); }
  std::string root_of(const std::string& name) { return property(name, "encryptionroot"); }
};

struct Target : ReceiveWorld {
  explicit Target(Tree& from) { receive(from.send("tank/t@s1"), into("tank/t")); }
  std::string root_after(const Bytes& stream) {
    receive(stream, into("tank/t/a"));
    return property("tank/t/a", "encryptionroot");
  }
};

}  // namespace

TEST_CASE("only a dataset that inherits its key tells of its root") {
  Tree tree;
  REQUIRE(tree.root_of("tank/t/a") == "tank/t");
  const auto told = lineage_in(tree.send("tank/t/a@s1"));
  REQUIRE(told);
  CHECK(told->root == "tank/t");
  const auto root = tree.catalog().get("tank/t");
  CHECK(told->root_key_guid == root.key->key_guid);
  CHECK(told->root_wrapping == root.key->own);
  CHECK(told->wrapping == tree.catalog().get("tank/t/a").key->own);
  CHECK_FALSE(lineage_in(tree.send("tank/t@s1")));
}

TEST_CASE("a tree that is sent one by one has the roots that it had") {
  Tree tree;
  CHECK(Target(tree).root_after(tree.send("tank/t/a@s1")) == "tank/t");
}

TEST_CASE("without proof a dataset is a root of its own", "[invariant-10]") {
  Tree tree;
  const Bytes stream = tree.send("tank/t/a@s1");
  SECTION("another master key") {
    const Bytes other = with_lineage(stream, [](KeyLineage& told) { ++told.root_key_guid; });
    CHECK(Target(tree).root_after(other) == "tank/t/a");
  }
  SECTION("told of another wrapping than the one that came") {
    const Bytes other = with_lineage(stream, [](KeyLineage& told) { ++told.wrapping.value; });
    CHECK(Target(tree).root_after(other) == "tank/t/a");
  }
  SECTION("wrapped with another passphrase") {
    const Bytes salted = with_salt(stream, 77);
    stream::Reader reader{ByteView(salted)};
    const auto* begin = std::get_if<stream::Begin>(&reader.next()->record);
    const Arrival arrival = read_arrival(*begin, reader.begin_payload());
    const Bytes other =
        with_lineage(salted, [&](KeyLineage& told) { told.wrapping = arrival.wrapping->id(); });
    Target target(tree);
    CHECK(target.root_after(other) == "tank/t/a");
    REQUIRE(target.warnings.size() == 1);
    CHECK_THAT(target.warnings.front(), ContainsSubstring("encryption root of its own here"));
  }
  SECTION("the root is not above it") {
    ReceiveWorld world;
    world.receive(stream, ReceiveWorld::into("tank/a"));
    CHECK(world.property("tank/a", "encryptionroot") == "tank/a");
  }
}

TEST_CASE("equal parameters prove nothing where they hold no salt", "[invariant-10]") {
  catalog::Wrapping roots, arrived;
  roots.key_format = arrived.key_format = 1;
  CHECK_FALSE(is_shown_to_open(roots, arrived, CameAlong::kNo));
  CHECK(is_shown_to_open(roots, arrived, CameAlong::kYes));
  roots.key_format = arrived.key_format = 3;
  roots.pbkdf2_salt = arrived.pbkdf2_salt = 5;
  CHECK(is_shown_to_open(roots, arrived, CameAlong::kNo));
  arrived.pbkdf2_salt = 6;
  CHECK_FALSE(is_shown_to_open(roots, arrived, CameAlong::kYes));
}

TEST_CASE("a lineage that lacks a field is damage, and changes nothing") {
  Tree tree;
  const Bytes stream = tree.send("tank/t/a@s1");
  const Bytes broken = edited(stream, [&](stream::Record& record, Bytes& payload) {
    if (!std::holds_alternative<stream::Begin>(record)) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    stream::Nvlist lineage = *unpacked.list.get_nvlist(KeyLineage::kPair);
    lineage.remove("root_wrapping");
    unpacked.list.add_nvlist(KeyLineage::kPair, lineage);
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
  Target target(tree);
  const auto before = target.files();
  CHECK_THAT(target.try_receive(broken, ReceiveWorld::into("tank/t/a")),
             ContainsSubstring("root_wrapping"));
  CHECK(target.last_kind() == ErrorKind::kDamaged);
  CHECK(target.files() == before);
}

TEST_CASE("an increment changes no root, whatever it tells", "[invariant-1]") {
  Tree tree;
  Target target(tree);
  target.receive(tree.send("tank/t/a@s1"), ReceiveWorld::into("tank/t/a"));
  const auto before = target.catalog().get("tank/t/a").key;
  tree.receive(reference("2.1.11/packages/t-R-I-s1-s3.zfs"), ReceiveWorld::into("tank/t"));
  const Bytes increment = tree.send("tank/t/a@s3", "tank/t/a@s1");
  CHECK_FALSE(lineage_in(increment));
  const KeyLineage elsewhere{"tank/x", 2, {3}, before->own};
  const Bytes telling = edited(increment, [&](stream::Record& record, Bytes& payload) {
    if (!std::holds_alternative<stream::Begin>(record)) return;
    stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
    unpacked.list.add_nvlist(KeyLineage::kPair, encode(elsewhere));
    payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  });
  target.receive(telling, ReceiveWorld::into("tank/t/a"));
  CHECK(target.catalog().get("tank/t/a").key == before);
}

}  // namespace sealift::replicate::test
