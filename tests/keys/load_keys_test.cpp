// SPDX-License-Identifier: Apache-2.0
#include "keys/key_tree.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using namespace sealift::keys::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// dr/enc with an heir, and dr/enc/own with a key of its own.
struct Site : KeyTree {
  Site() {
    root("dr/enc", "one");
    heir("dr/enc/heir", "dr/enc", "one");
    root("dr/enc/own", "two");
    create_dataset(vault(), "dr/plain", {}, moment());
    vault().refresh();
  }
  std::string unload(const std::string& name, Recursion recursion = Recursion::kNone) {
    return told([&] { counts = unload_keys(vault(), name, recursion, ring, observer()); });
  }
  KeyCounts counts;
};

}  // namespace

TEST_CASE("a loaded key opens its root and the heirs, until it is unloaded") {
  Site site;
  CHECK(site.property("dr/enc", "keystatus") == "unavailable");
  CHECK(site.load("dr/enc", "one") == "done");
  CHECK(site.property("dr/enc", "keystatus") == "available");
  CHECK(site.property("dr/enc/heir", "keystatus") == "available");
  CHECK(site.property("dr/enc/own", "keystatus") == "unavailable");
  CHECK(site.property("dr/plain", "keystatus") == "-");
  CHECK(site.load("dr/enc", "one") == "Key load error: Key already loaded for 'dr/enc'");
  CHECK(site.unload("dr/enc") == "done");
  CHECK(site.property("dr/enc", "keystatus") == "unavailable");
  CHECK(site.unload("dr/enc") == "Key unload error: Key already unloaded for 'dr/enc'");
  CHECK(site.ring.size() == 0);
}

TEST_CASE("who is destroyed takes the loaded key along, and only that") {
  Site site;
  CHECK(site.load("dr/enc", "one") == "done");
  CHECK(site.load("dr/enc/own", "two") == "done");
  const auto destroy_forgetting = [&](const std::string& target, const DestroyOptions& options) {
    forget_ended_keys(site.vault(), site.ring, [&] { destroy(site.vault(), target, options); });
  };
  DestroyOptions rehearsal;
  rehearsal.recursive = rehearsal.dry_run = true;
  destroy_forgetting("dr/enc", rehearsal);
  destroy_forgetting("dr/plain", {});
  CHECK(site.told([&] { destroy_forgetting("dr/enc", {}); }) != "done");
  CHECK(site.ring.size() == 2);
  destroy_forgetting("dr/enc/own", {true});
  CHECK(site.ring.size() == 1);
  CHECK(site.property("dr/enc", "keystatus") == "available");
  DestroyOptions everywhere;
  everywhere.dependents = true;
  destroy_forgetting("dr/enc", everywhere);
  CHECK(site.ring.size() == 0);
}

TEST_CASE("what cannot be loaded is refused in zfs's words") {
  Site site;
  CHECK(site.load("dr/enc", "two") == "Key load error: Incorrect key provided for 'dr/enc'");
  CHECK(site.last_kind == ErrorKind::kWrongKey);
  CHECK(site.load("dr/enc/heir", "one") ==
        "Key load error: Keys must be loaded for encryption root of 'dr/enc/heir' (dr/enc)");
  CHECK(site.load("dr/plain", "one") == "Key load error: 'dr/plain' is not encrypted");
  CHECK(site.unload("dr/enc/heir") ==
        "Key unload error: Keys must be unloaded for encryption root of 'dr/enc/heir' (dr/enc)");
  CHECK(site.ring.size() == 0);
}

TEST_CASE("where no key can be kept, load-key says so, and -n still proves the key") {
  Site site;
  site.ring.is_forbidden = true;
  CHECK(site.load("dr/enc", "one") == "Key load error: no key can be kept here");
  LoadKeysRequest request;
  request.dataset = "dr/enc";
  request.check_only = true;
  request.key = site.access("prompt");
  site.type(material_of("one"));
  CHECK(site.told([&] { load_keys(site.vault(), request, {}); }) == "done");
}

TEST_CASE("a person may mistype twice") {
  Site site;
  site.is_person = true;
  site.type("short").type(material_of("two"));
  CHECK(site.load("dr/enc", "one") == "done");
  REQUIRE(site.asked.size() == 3);
  CHECK(site.asked[0].trouble.empty());
  CHECK_THAT(site.asked[1].trouble, ContainsSubstring("raw key too short"));
  CHECK(site.asked[2].trouble == "Incorrect key provided for 'dr/enc'");
  site.unload("dr/enc");
  site.type(material_of("x")).type(material_of("x")).type(material_of("x"));
  CHECK(site.load("dr/enc", "one") == "Key load error: Incorrect key provided for 'dr/enc'");
}

TEST_CASE("load-key -r loads every root below, and goes on behind a wrong key") {
  Site site;
  LoadKeysRequest request;
  request.dataset = "dr";
  request.recursion = Recursion::kDescendants;
  request.key = site.access("prompt");
  site.type(material_of("wrong")).type(material_of("two"));
  KeyCounts counts;
  CHECK(site.told([&] { counts = load_keys(site.vault(), request, site.observer()); }) == "done");
  CHECK(counts.attempted == 2);
  CHECK(counts.done == 1);
  CHECK(site.errors ==
        std::vector<std::string>{"Key load error: Incorrect key provided for 'dr/enc'"});
  CHECK(site.property("dr/enc/own", "keystatus") == "available");
  CHECK(site.load("dr/enc", "one") == "done");
  CHECK(site.unload("dr", Recursion::kDescendants) == "done");
  CHECK(site.counts.done == 2);
}

TEST_CASE("a loaded key ends when it was said to") {
  Site site;
  LoadKeysRequest request;
  request.dataset = "dr/enc";
  request.life = std::chrono::seconds(90);
  request.key = site.access("prompt");
  site.type(material_of("one"));
  CHECK(site.told([&] { load_keys(site.vault(), request, {}); }) == "done");
  REQUIRE(site.ring.only_life());
  CHECK(site.ring.only_life()->count() <= 90);
  // The key that takes its place ends no later.
  site.type(material_of("three"));
  CHECK(site.change("dr/enc") == "done");
  REQUIRE(site.ring.only_life());
  CHECK(site.ring.only_life()->count() <= 90);
  CHECK(site.property("dr/enc", "keystatus") == "available");
}

TEST_CASE("a key that was loaded before another took its place is not available") {
  Site site;
  site.load("dr/enc", "one");
  const sealift::test::MemoryKeyring stale = site.ring;
  site.type(material_of("three"));
  CHECK(site.change("dr/enc") == "done");
  site.ring = stale;
  CHECK(site.property("dr/enc", "keystatus") == "unavailable");
  CHECK(site.load("dr/enc", "three") == "done");
}

TEST_CASE("load-key tells of heirs that do not open with the key of their root") {
  Site site;
  site.heir("dr/enc/lost", "dr/enc", "another");
  CHECK(site.load("dr/enc", "one") == "done");
  CHECK(site.warnings ==
        std::vector<std::string>{
            "'dr/enc/lost' does not open with the key of 'dr/enc', its encryption root"});
  CHECK(site.property("dr/enc/lost", "keystatus") == "unavailable");
}

TEST_CASE("keylocation is set on encryption roots alone, to what can be one") {
  Site site;
  const auto set = [&](const char* name, const char* value) {
    return site.told([&] { set_properties(site.vault(), {name}, {{"keylocation", value}}); });
  };
  CHECK(set("dr/enc", "file:///etc/key") == "done");
  CHECK(site.property("dr/enc", "keylocation") == "file:///etc/key");
  CHECK(set("dr/enc", "prompt") == "done");
  CHECK(set("dr/plain", "none") == "done");
  CHECK_THAT(set("dr/enc", "etc/key"), ContainsSubstring("invalid keylocation"));
  CHECK_THAT(set("dr/enc", "none"), ContainsSubstring("must not be 'none' for encrypted"));
  CHECK_THAT(set("dr/plain", "prompt"), ContainsSubstring("must be 'none' for unencrypted"));
  CHECK_THAT(set("dr/enc/heir", "prompt"),
             ContainsSubstring("can only be set on encryption roots: that of 'dr/enc/heir' is "));
  CHECK(site.property("dr/enc/heir", "keylocation") == "none");
}
