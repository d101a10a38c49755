// SPDX-License-Identifier: Apache-2.0
#include "keys/adoption.h"

#include "keys/key_tree.h"
#include "keys/key_world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using namespace sealift::keys::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<KeyStatus> status(KeyTree& tree, const std::string& name, const std::string& word) {
  if (!word.empty()) tree.type(material_of(word));
  std::vector<KeyStatus> found;
  const KeyAccess access = tree.access(word.empty() ? "" : "prompt");
  tree.told([&] { found = key_status(tree.vault(), name, Recursion::kDescendants, access); });
  return found;
}

std::string verdicts(const std::vector<KeyStatus>& all) {
  std::string text;
  for (const KeyStatus& each : all) {
    text += text.empty() ? each.dataset : " " + each.dataset;
    for (const WrappingStatus& wrapping : each.wrappings) {
      text += wrapping.is_in_force ? " =" : " +";
      text += wrapping.opens == Opens::kYes ? "yes" : wrapping.opens == Opens::kNo ? "no" : "-";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("key status tells which wrapping opens with what is at hand") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  tree.heir("dr/enc/a", "dr/enc", "one");
  tree.journal("dr/enc", tree.secrets.wrapped("dr/enc", "two", 0));
  CHECK(verdicts(status(tree, "dr", "")) == "dr/enc =- +- dr/enc/a =-");
  CHECK(verdicts(status(tree, "dr", "one")) == "dr/enc =yes +no dr/enc/a =yes");
  CHECK(verdicts(status(tree, "dr", "two")) == "dr/enc =no +yes dr/enc/a =no");
  tree.load("dr/enc", "one");
  CHECK(verdicts(status(tree, "dr", "")) == "dr/enc =yes +no dr/enc/a =yes");
  const KeyStatus first = status(tree, "dr/enc", "").front();
  CHECK(first.wrappings[1].from == "peer/enc@s1");
  CHECK(first.encryption_root == "dr/enc");
}

TEST_CASE("a loaded passphrase's key says nothing of wrappings with another salt") {
  KeyTree tree(KeyFormat::kPassphrase);
  tree.root("dr/enc", "one");
  tree.journal("dr/enc", tree.secrets.wrapped("dr/enc", "one", 4711));
  tree.load("dr/enc", "one");
  CHECK(verdicts(status(tree, "dr", "")) == "dr/enc =yes +-");
  CHECK(verdicts(status(tree, "dr", "one")) == "dr/enc =yes +yes");
}

TEST_CASE("adopt puts a journalled wrapping in force, and journals the one before") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  const Wrapping before = own_wrapping(tree.catalog(), tree.catalog().get("dr/enc"));
  const std::string id = tree.journal("dr/enc", tree.secrets.wrapped("dr/enc", "two", 0));
  tree.load("dr/enc", "one");
  CHECK(tree.adopt("dr/enc", id, "two") == "done");
  CHECK(tree.opens("dr/enc", "two"));
  CHECK(tree.property("dr/enc", "keystatus") == "available");
  CHECK(tree.property("dr/enc", "wrapping") == id);
  CHECK(tree.catalog().wrappings(tree.catalog().get("dr/enc").id).size() == 2);
  CHECK_THAT(tree.adopt("dr/enc", id, "two"), ContainsSubstring("is in force already"));
  CHECK(tree.adopt("dr/enc", catalog::to_text(before.id()), "one") == "done");
  CHECK(tree.opens("dr/enc", "one"));
}

TEST_CASE("invariant 9: without a trial no wrapping is adopted, of raw keys neither") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  const std::string id = tree.journal("dr/enc", tree.secrets.wrapped("dr/enc", "two", 0));
  tree.load("dr/enc", "one");
  CHECK_THAT(tree.adopt("dr/enc", id, "three"), ContainsSubstring("Incorrect key provided"));
  CHECK(tree.last_kind == ErrorKind::kWrongKey);
  CHECK(tree.opens("dr/enc", "one"));
}

TEST_CASE("a wrapping that opens to another master key is not adopted") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  tree.root("dr/other", "two");
  Wrapping forged = tree.secrets.wrapped("dr/other", "two", 0);
  CHECK_THAT(tree.adopt("dr/enc", tree.journal("dr/enc", forged), "two"),
             ContainsSubstring("is of another master key"));
  // The same guid, and other keys: whoever made it knows no key of ours.
  Master impostor = Master::random();
  impostor.guid = own_wrapping(tree.catalog(), tree.catalog().get("dr/enc")).key_guid;
  const std::string id = tree.journal("dr/enc", impostor.wrap(key_of("two", {}), {}));
  CHECK_THAT(tree.adopt("dr/enc", id, "two"), ContainsSubstring("no snapshot that the key could"));
  tree.load("dr/enc", "one");
  CHECK_THAT(tree.adopt("dr/enc", id, "two"), ContainsSubstring("holds another master key"));
  CHECK(tree.last_kind == ErrorKind::kRefused);
  CHECK(tree.opens("dr/enc", "one"));
}

TEST_CASE("invariant 5: no root is taken away from its heirs") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  tree.heir("dr/enc/a", "dr/enc", "one");
  tree.load("dr/enc", "one");
  const std::string id = tree.journal("dr/enc", tree.secrets.wrapped("dr/enc", "two", 0));
  CHECK_THAT(tree.adopt("dr/enc", id, "two"),
             ContainsSubstring("'dr/enc/a' inherits its key from 'dr/enc', and would be left"));
  CHECK(tree.last_kind == ErrorKind::kRefused);
  SECTION("heirs whose journal has one of the same key go along") {
    tree.journal("dr/enc/a", tree.secrets.wrapped("dr/enc/a", "two", 0));
    CHECK(tree.adopt("dr/enc", id, "two") == "done");
    CHECK(tree.opens("dr/enc", "two"));
    CHECK(tree.opens("dr/enc/a", "two"));
  }
  SECTION("and an heir alone stays with its root") {
    const std::string heirs = tree.journal("dr/enc/a", tree.secrets.wrapped("dr/enc/a", "two", 0));
    CHECK_THAT(tree.adopt("dr/enc/a", heirs, "two"),
               ContainsSubstring("inherits its key from 'dr/enc', whose key does not open it"));
    const std::string fits = tree.journal("dr/enc/a", tree.secrets.wrapped("dr/enc/a", "one", 0));
    CHECK(tree.adopt("dr/enc/a", fits, "one") == "done");
  }
  CHECK((tree.opens("dr/enc/a", "one") || tree.opens("dr/enc/a", "two")));
}

TEST_CASE("an heir that was lost comes back to its root") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  tree.heir("dr/enc/a", "dr/enc", "another");
  tree.load("dr/enc", "one");
  tree.heir("dr/enc/b", "dr/enc", "one");
  const std::string id = tree.journal("dr/enc/b", tree.secrets.wrapped("dr/enc/b", "one", 0));
  CHECK_THAT(tree.adopt("dr/enc/b", id, "one"), ContainsSubstring("whose key does not open it"));
}

TEST_CASE("a journalled wrapping is forgotten on request, the one in force never") {
  KeyTree tree;
  tree.root("dr/enc", "one");
  const std::string id = tree.journal("dr/enc", tree.secrets.wrapped("dr/enc", "two", 0));
  const auto forget = [&](const std::string& which) {
    return tree.told([&] { forget_wrapping(tree.vault(), "dr/enc", which); });
  };
  CHECK(forget(tree.property("dr/enc", "wrapping")).find("it is in force") != std::string::npos);
  CHECK(forget(id) == "done");
  CHECK(forget(id).find("there is no such wrapping") != std::string::npos);
  CHECK(tree.opens("dr/enc", "one"));
}

// -- With what real ZFS sealed -----------------------------------------------------------------

namespace {

std::size_t answer(const std::string& file, ByteSpan into) {
  const Bytes bytes = sealift::test::read_file(SEALIFT_TEST_DATA "/streams/keys/" + file);
  std::copy(bytes.begin(), bytes.end(), into.begin());
  return bytes.size();
}

KeyAccess typing(const std::string& file) {
  KeyAccess access;
  access.location = "prompt";
  access.ask = [file](const KeyQuestion&, ByteSpan into) { return answer(file, into); };
  return access;
}

}  // namespace

TEST_CASE("invariant 14: a replica tells that it takes the passphrase before the rotation") {
  replicate::test::SendWorld world;
  world.receive(replicate::test::reference("2.1.11/rekey/s1.zfs"));
  const auto opens = [&](const std::string& file) {
    return key_status(world.vault(), "tank/rekey", Recursion::kNone, typing(file))
        .front()
        .wrappings.front();
  };
  CHECK(opens("pass2").opens == Opens::kYes);
  // The source changed its passphrase, and has sent nothing since.
  const WrappingStatus needed = opens("pass");
  CHECK(needed.opens == Opens::kNo);
  CHECK(needed.is_in_force);
  CHECK(needed.from == "tank/rekey@s1");
  CHECK(needed.format == "passphrase");
}

TEST_CASE("a wrapping is adopted on the proof of the data alone") {
  replicate::test::SendWorld world;
  world.receive(replicate::test::reference("2.3.9/enc-128k/s1.zfs"));
  const std::string name = "tank/enc-128k";
  const auto own = own_wrapping(world.catalog(), world.catalog().get(name));
  const auto raw = [] {
    crypto::Secret material(32);
    answer("raw", material.span());
    return WrappingKey::derive(material, {});
  };
  const auto master = MasterKey::unwrap(own, raw());
  REQUIRE(master);
  const WrappingKey other = key_of("two", {});
  const Wrapping good = master->wrap(other, {}, os::system_random());
  Master impostor = Master::random();
  impostor.guid = own.key_guid;
  const Wrapping bad = impostor.wrap(other, {});
  world.edit([&](Catalog& catalog) {
    catalog.add_wrapping(catalog.get(name).id, good);
    catalog.add_wrapping(catalog.get(name).id, bad);
  });
  KeyAccess access;
  access.location = "prompt";
  access.ask = [](const KeyQuestion&, ByteSpan into) {
    const std::string word = material_of("two");
    std::copy(word.begin(), word.end(), into.begin());
    return word.size();
  };
  CHECK_THROWS_WITH(adopt_wrapping(world.vault(), {name, catalog::to_text(bad.id()), access}),
                    ContainsSubstring("does not open tank/enc-128k@s1"));
  CHECK(adopt_wrapping(world.vault(), {name, catalog::to_text(good.id()), access}) ==
        std::vector<std::string>{name});
  world.vault().refresh();
  CHECK(own_wrapping(world.catalog(), world.catalog().get(name)) == good);
}
