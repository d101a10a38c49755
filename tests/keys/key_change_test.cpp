// SPDX-License-Identifier: Apache-2.0
#include "keys/key_change.h"

#include "catalog/initialize.h"
#include "keys/key_tree.h"
#include "support/catch.h"
#include "support/memory_storage.h"

using namespace sealift;
using namespace sealift::keys;
using namespace sealift::keys::test;
using Catch::Matchers::ContainsSubstring;
using sealift::test::MemoryStorage;

namespace {

/// dr/enc with two heirs, one below the other, and dr/enc/own with a key of its own and an heir.
struct Site : KeyTree {
  Site() {
    root("dr/enc", "one");
    heir("dr/enc/a", "dr/enc", "one");
    heir("dr/enc/a/b", "dr/enc", "one");
    root("dr/enc/own", "two");
    heir("dr/enc/own/c", "dr/enc/own", "two");
    load("dr/enc", "one");
    load("dr/enc/own", "two");
  }
  /// "dr/enc:word dr/enc/a:word ...", for each dataset the word that opens it.
  std::string who() {
    std::string all;
    for (const char* name : {"dr/enc", "dr/enc/a", "dr/enc/a/b", "dr/enc/own", "dr/enc/own/c"}) {
      all += all.empty() ? "" : " ";
      for (const char* word : {"one", "two", "three"})
        if (opens(name, word)) all += word;
    }
    return all;
  }
  std::size_t wrappings(const std::string& name) {
    return catalog().wrappings(catalog().get(name).id).size();
  }
};

}  // namespace

TEST_CASE("change-key wraps the root and all its heirs anew, and no other") {
  Site site;
  site.type(material_of("three"));
  CHECK(site.change("dr/enc") == "done");
  CHECK(site.who() == "three three three two two");
  CHECK(site.root_of("dr/enc/a/b") == "dr/enc");
  CHECK(site.property("dr/enc/a", "keystatus") == "available");
}

TEST_CASE("invariant 7: what change-key supersedes is journalled") {
  Site site;
  const auto before = own_wrapping(site.catalog(), site.catalog().get("dr/enc/a"));
  site.type(material_of("three"));
  site.change("dr/enc");
  CHECK(site.wrappings("dr/enc/a") == 2);
  CHECK(site.catalog().wrapping(site.catalog().get("dr/enc/a").id, before.id()) == before);
}

TEST_CASE("an heir that changes its key becomes the root of what is below it") {
  Site site;
  CHECK(site.change("dr/enc/a") == "Key change error: Keyformat required for new encryption root");
  site.type(material_of("three"));
  CHECK(site.change("dr/enc/a", {{"keyformat", "raw"}}) == "done");
  CHECK(site.who() == "one three three two two");
  CHECK(site.root_of("dr/enc/a") == "dr/enc/a");
  CHECK(site.root_of("dr/enc/a/b") == "dr/enc/a");
  CHECK(site.property("dr/enc/a", "keylocation") == "prompt");
  CHECK(site.property("dr/enc/a/b", "keystatus") == "available");
}

TEST_CASE("change-key -i makes a root and its heirs inherit from above") {
  Site site;
  CHECK(site.inherit("dr/enc/own") == "done");
  CHECK(site.who() == "one one one one one");
  CHECK(site.root_of("dr/enc/own/c") == "dr/enc");
  CHECK(site.property("dr/enc/own", "keylocation") == "none");
  CHECK(site.inherit("dr/enc/own") ==
        "Key change error: Key inheriting can only be performed on encryption roots");
  CHECK(site.inherit("dr/enc") == "Key change error: Parent must be encrypted");
}

TEST_CASE("both keys must be at hand, and -l gets them") {
  Site site;
  const auto unload = [&](const char* name) {
    unload_keys(site.vault(), name, Recursion::kNone, site.ring, {});
  };
  unload("dr/enc");
  CHECK(site.change("dr/enc") == "Key change error: Key must be loaded");
  CHECK(site.inherit("dr/enc/own") == "Key change error: Parent key must be loaded");
  site.loads_first = true;
  site.type(material_of("one"));
  CHECK(site.inherit("dr/enc/own") == "done");
  SECTION("and keeps what it got") {
    CHECK(site.property("dr/enc", "keystatus") == "available");
  }
  SECTION("for this command alone where nothing can be kept") {
    unload("dr/enc");
    site.ring.is_forbidden = true;
    site.type(material_of("one")).type(material_of("three"));
    CHECK(site.change("dr/enc") == "done");
    CHECK(site.who() == "three three three three three");
    CHECK(site.warnings == std::vector<std::string>{"no key can be kept here"});
  }
}

TEST_CASE("properties are those that zfs takes") {
  Site site;
  const auto change = [&](const Properties& properties) {
    site.type(material_of("three")).type(material_of("three"));
    return site.change("dr/enc", properties);
  };
  CHECK_THAT(change({{"compression", "lz4"}}),
             ContainsSubstring("Only keyformat, keylocation, pbkdf2iters, and user properties"));
  CHECK_THAT(change({{"keyformat", "rot13"}}), ContainsSubstring("must be one of 'raw | hex"));
  CHECK_THAT(change({{"pbkdf2iters", "99999"}}),
             ContainsSubstring("minimum pbkdf2 iterations is 100000"));
  CHECK_THAT(change({{"pbkdf2iters", "200000"}}),
             ContainsSubstring("Cannot specify pbkdf2iters with a non-passphrase keyformat"));
  CHECK(site.who() == "one one one two two");

  CHECK(change({{"keyformat", "passphrase"}, {"pbkdf2iters", "100000"}, {"my:note", "x"}}) ==
        "done");
  CHECK(site.property("dr/enc", "pbkdf2iters") == "100000");
  CHECK(site.property("dr/enc/a/b", "keyformat") == "passphrase");
  CHECK(site.property("dr/enc", "my:note") == "x");
  CHECK(site.who() == "three three three two two");
  const auto salt = site.property("dr/enc", "pbkdf2salt");
  CHECK(salt == site.property("dr/enc/a/b", "pbkdf2salt"));
  SECTION("each change draws a salt, and the default of rounds") {
    CHECK(change({}) == "done");
    CHECK(site.property("dr/enc", "pbkdf2salt") != salt);
    CHECK(site.property("dr/enc", "pbkdf2iters") == "350000");
  }
  SECTION("a passphrase has a length") {
    site.type("seven77");
    CHECK(site.change("dr/enc") == "Key change error: Passphrase too short (min 8)");
    site.type(std::string(513, 'x'));
    CHECK(site.change("dr/enc") == "Key change error: Passphrase too long (max 512)");
  }
  SECTION("and is asked for twice") {
    site.is_person = true;
    site.asked.clear();
    site.type("eight888").type("eight889");
    CHECK(site.change("dr/enc") == "Key change error: Provided keys do not match");
    REQUIRE(site.asked.size() == 2);
    CHECK(site.asked[0].purpose == KeyPurpose::kNew);
    CHECK(site.asked[1].purpose == KeyPurpose::kNewAgain);
    CHECK(site.who() == "three three three two two");
  }
}

/// "dr/clone", of a snapshot of "dr/enc/a".
void make_clone(Site& site) {
  site.edit([&](Catalog& catalog) {
    catalog::NewSnapshot snapshot;
    const DatasetRecord origin = catalog.get("dr/enc/a");
    snapshot.record.id = {origin.id, origin.next_birth};
    snapshot.record.name = "s1";
    DatasetRecord clone;
    clone.parent = catalog.root().id;
    clone.name = "clone";
    clone.origin = catalog.add_snapshot(snapshot, {}).id;
    clone.key = origin.key;
    clone = catalog.add_dataset(clone);
    catalog.add_wrapping(clone.id, own_wrapping(catalog, origin));
  });
}

TEST_CASE("clones go with the dataset that they come from") {
  Site site;
  make_clone(site);
  site.secrets.same_master("dr/clone", "dr/enc/a");
  site.type(material_of("three"));
  CHECK(site.change("dr/clone", {{"keyformat", "raw"}}) ==
        "Key change error: Keys cannot be changed on clones");
  site.type(material_of("three"));
  CHECK(site.change("dr/enc/a", {{"keyformat", "raw"}}) == "done");
  CHECK(site.opens("dr/clone", "three"));
  CHECK(site.root_of("dr/clone") == "dr/enc/a");

  SECTION("promotion moves the role of the root with its keylocation") {
    set_properties(site.vault(), {"dr/enc/a"}, {{"keylocation", "file:///key"}});
    promote(site.vault(), "dr/clone");
    CHECK(site.root_of("dr/enc/a") == "dr/clone");
    CHECK(site.root_of("dr/enc/a/b") == "dr/clone");
    CHECK(site.root_of("dr/clone") == "dr/clone");
    CHECK(site.property("dr/clone", "keylocation") == "file:///key");
    CHECK(site.property("dr/enc/a", "keylocation") == "none");
    site.load("dr/clone", "three");
    site.type(material_of("two"));
    set_properties(site.vault(), {"dr/clone"}, {{"keylocation", "prompt"}});
    CHECK(site.change("dr/clone") == "done");
    CHECK(site.who() == "one two two two two");
    CHECK(site.opens("dr/clone", "two"));
  }
}

TEST_CASE("promotion outside of the encryption root is refused") {
  Site site;
  make_clone(site);
  CHECK(site.told([&] { promote(site.vault(), "dr/clone"); }) ==
        "cannot promote 'dr/clone': cannot promote dataset outside its encryption root");
}

TEST_CASE("invariant 11: a key is not changed while an heir does not open with it") {
  Site site;
  site.heir("dr/enc/a/lost", "dr/enc", "another");
  site.type(material_of("three"));
  CHECK(site.change("dr/enc") ==
        "Key change error: 'dr/enc/a/lost' does not open with the key of its encryption root "
        "'dr/enc', and would be lost to it");
  CHECK(site.last_kind == ErrorKind::kRefused);
  CHECK(site.asked.size() == 2);  // for what was loaded: nobody is asked in vain
  CHECK(site.who() == "one one one two two");
  site.type(material_of("three"));
  CHECK_THAT(site.change("dr/enc/a", {{"keyformat", "raw"}}), ContainsSubstring("dr/enc/a/lost"));
  CHECK(site.who() == "one one one two two");
}

TEST_CASE("invariant 10: nothing comes under a root whose key does not open it") {
  Site site;
  site.heir("dr/enc/own/lost", "dr/enc/own", "another");
  CHECK_THAT(site.inherit("dr/enc/own"), ContainsSubstring("'dr/enc/own/lost' does not open"));
  CHECK(site.root_of("dr/enc/own/c") == "dr/enc/own");
  CHECK(site.who() == "one one one two two");
}

TEST_CASE("a family that changes between question and commit is not half changed") {
  Site site;
  Vault other = Vault::open(site.directory(), Vault::Access::kWrite);
  ChangeKeyRequest request = site.request("dr/enc", {});
  const auto ask = request.key.ask;
  SECTION("a new heir comes along") {
    request.key.ask = [&](const KeyQuestion& question, ByteSpan into) {
      site.secrets.add(other.inner(), "dr/enc/late", "dr/enc", "one");
      return ask(question, into);
    };
    site.type(material_of("three"));
    CHECK(site.told([&] { change_key(site.vault(), request, {}, site.moment()); }) == "done");
    CHECK(site.opens("dr/enc/late", "three"));
  }
  SECTION("one that the key does not open refuses it") {
    request.key.ask = [&](const KeyQuestion& question, ByteSpan into) {
      site.secrets.add(other.inner(), "dr/enc/late", "dr/enc", "another");
      return ask(question, into);
    };
    site.type(material_of("three"));
    CHECK_THAT(site.told([&] { change_key(site.vault(), request, {}, site.moment()); }),
               ContainsSubstring("'dr/enc/late' does not open"));
    CHECK(site.who() == "one one one two two");
  }
  SECTION("another change of the key refuses it") {
    request.key.ask = [&](const KeyQuestion& question, ByteSpan into) {
      ChangeKeyRequest first = request;
      first.key.ask = [&](const KeyQuestion&, ByteSpan answer) {
        const std::string word = material_of("two");
        std::copy(word.begin(), word.end(), answer.begin());
        return word.size();
      };
      first.key.loaded = &site.ring;
      change_key(other, first, {}, site.moment());
      return ask(question, into);
    };
    site.type(material_of("three"));
    CHECK_THAT(site.told([&] { change_key(site.vault(), request, {}, site.moment()); }),
               ContainsSubstring("does not open"));
    CHECK(site.who() == "two two two two two");
  }
}

// -- Crashes -----------------------------------------------------------------------------------

namespace {

std::unique_ptr<vault::Vault> open(const std::shared_ptr<MemoryStorage>& storage) {
  return vault::Vault::open(storage, vault::Access::kWrite, os::system_clock());
}

/// Three datasets under one key in memory.
struct Crashing {
  std::shared_ptr<MemoryStorage> storage = sealift::test::new_memory_vault();
  Secrets secrets;
  const std::vector<std::string> names{"memory/r", "memory/r/a", "memory/r/a/b"};

  Crashing() {
    const auto vault = open(storage);
    catalog::initialize(*vault, {1'700'000'000, 1});
    for (const std::string& name : names) secrets.add(*vault, name, names.front(), "one");
  }

  static void change(const std::shared_ptr<MemoryStorage>& at) {
    std::deque<std::string> typed{material_of("one"), material_of("two")};
    ChangeKeyRequest request;
    request.dataset = "memory/r";
    request.load = true;
    request.key.ask = [&](const KeyQuestion&, ByteSpan into) {
      const std::string word = typed.front();
      typed.pop_front();
      std::copy(word.begin(), word.end(), into.begin());
      return word.size();
    };
    const auto vault = open(at);
    KeyChange(*vault, request, {}, {1'700'000'000}).change();
  }

  /// "one" or "two" if that opens all three, and nothing else any.
  std::string opened_by(const std::shared_ptr<MemoryStorage>& at) const {
    const auto vault = open(at);
    const Catalog catalog = catalog::open_catalog(*vault);
    std::string all;
    for (const char* word : {"one", "two"}) {
      const auto count = std::count_if(names.begin(), names.end(), [&](const std::string& name) {
        return secrets.opens(catalog, name, word);
      });
      if (count != 0) all += count == 3 ? word : "part";
    }
    return all;
  }
};

}  // namespace

TEST_CASE("invariant 6: a crash at any operation of change-key leaves one key for all") {
  const Crashing world;
  const auto counted = world.storage->copy();
  const std::uint64_t first = counted->operations();
  Crashing::change(counted);
  const std::uint64_t last = counted->operations();
  REQUIRE(world.opened_by(counted) == "two");
  REQUIRE(last - first > 3);
  for (std::uint64_t at = first; at < last; ++at) {
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
      CAPTURE(at, seed);
      const auto storage = world.storage->copy();
      storage->fail_at(at);
      CHECK_THROWS_AS(Crashing::change(storage), sealift::test::PowerFailure);
      const auto left = storage->after_crash(seed);
      const std::string word = world.opened_by(left);
      REQUIRE((word == "one" || word == "two"));
      if (word == "one") Crashing::change(left);
      REQUIRE(world.opened_by(left) == "two");
    }
  }
}
