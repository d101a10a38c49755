// SPDX-License-Identifier: Apache-2.0
#include "keys/dataset_creation.h"

#include "keys/key_tree.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using namespace sealift::keys::test;

namespace {

struct Maker : KeyTree {
  std::string create(const std::string& name, const Properties& properties = {},
                     CreateOptions options = {}) {
    CreateRequest request;
    request.name = name;
    request.options = std::move(options);
    request.options.properties = properties;
    request.key = access();
    return told([&] { create_dataset(vault(), request, observer(), moment()); });
  }
  std::string create_root(const std::string& name, const std::string& word) {
    type(material_of(word));
    return create(name, {{"encryption", "on"}, {"keyformat", "raw"}});
  }
  MasterKey master(const std::string& name, const std::string& word) {
    const Wrapping own = own_wrapping(catalog(), catalog().get(name));
    return MasterKey::unwrap(own, key_of(word, derivation_of(own))).value();
  }
};

}  // namespace

TEST_CASE("a dataset with a key format is an encryption root, and its key is loaded") {
  Maker site;
  CHECK(site.create_root("dr/enc", "one") == "done");
  CHECK(site.property("dr/enc", "encryption") == "aes-256-gcm");
  CHECK(site.property("dr/enc", "encryptionroot") == "dr/enc");
  CHECK(site.property("dr/enc", "keyformat") == "raw");
  CHECK(site.property("dr/enc", "keylocation") == "prompt");
  CHECK(site.property("dr/enc", "keystatus") == "available");
  CHECK(site.catalog().wrappings(site.catalog().get("dr/enc").id).size() == 1);
}

TEST_CASE("what is below inherits the wrapping key, with a master key of its own") {
  Maker site;
  site.create_root("dr/enc", "one");
  CHECK(site.create("dr/enc/a") == "done");
  CHECK(site.create("dr/enc/b", {{"encryption", "aes-128-ccm"}}) == "done");
  CHECK(site.create("dr/enc/c/d/e", {}, {true, {}, {}}) == "done");
  for (const char* name : {"dr/enc/a", "dr/enc/b", "dr/enc/c", "dr/enc/c/d", "dr/enc/c/d/e"}) {
    CHECK(site.root_of(name) == "dr/enc");
    CHECK(site.property(name, "keystatus") == "available");
  }
  CHECK(site.property("dr/enc/b", "encryption") == "aes-128-ccm");
  CHECK(site.master("dr/enc/a", "one").guid() != site.master("dr/enc", "one").guid());
  CHECK_FALSE(crypto::is_equal(site.master("dr/enc/a", "one").master().view(),
                               site.master("dr/enc", "one").master().view()));
  CHECK(site.change("dr/enc/a") == "Key change error: Keyformat required for new encryption root");
}

TEST_CASE("a root below a root has a key of its own, and its parents that are missing inherit") {
  Maker site;
  site.create_root("dr/enc", "one");
  site.type(material_of("two"));
  CHECK(site.create("dr/enc/x/own", {{"keyformat", "raw"}}, {true, {}, {}}) == "done");
  CHECK(site.root_of("dr/enc/x") == "dr/enc");
  CHECK(site.root_of("dr/enc/x/own") == "dr/enc/x/own");
  CHECK(site.create("dr/enc/open", {{"encryption", "off"}}) == "done");
  CHECK(site.property("dr/enc/open", "encryption") == "off");
}

TEST_CASE("what zfs refuses is refused, and nothing is made") {
  Maker site;
  const std::string begin = "cannot create 'dr/x': ";
  CHECK(site.create("dr/x", {{"encryption", "on"}}) ==
        begin + "Keyformat required for new encryption root");
  CHECK(site.create("dr/x", {{"encryption", "on"}, {"keylocation", "prompt"}}) ==
        begin + "Keyformat required for new encryption root");
  CHECK(site.create("dr/x", {{"keyformat", "raw"}}) ==
        begin + "Encryption must be turned on to set encryption properties");
  CHECK(site.create("dr/x", {{"encryption", "rot13"}}).find("'encryption' must be one of") == 0);
  CHECK(site.create("dr/x", {{"encryption", "on"},
                             {"keyformat", "passphrase"},
                             {"pbkdf2iters", "99999"}}) == "minimum pbkdf2 iterations is 100000");
  CHECK(site.create("dr/x", {{"recordsize", "3k"}}) ==
        begin + "bad property list: 'recordsize' must be power of 2 from 512B to 16384KB");
  site.type("short");
  CHECK(site.create("dr/x", {{"encryption", "on"}, {"keyformat", "passphrase"}}) ==
        begin + "Passphrase too short (min 8)");
  CHECK_FALSE(site.catalog().find("dr/x"));
  CHECK(site.create("dr/none/x") == "cannot create 'dr/none/x': parent does not exist");
}

TEST_CASE("below a root whose key is not at hand nothing is made") {
  Maker site;
  site.root("dr/enc", "one");
  CHECK(site.create("dr/enc/a") ==
        "cannot create 'dr/enc/a': encryption root's key is not loaded or provided");
  CHECK_FALSE(site.catalog().find("dr/enc/a"));
}

TEST_CASE("a volume has a size of whole blocks") {
  Maker site;
  CHECK(site.create("dr/v", {{"volblocksize", "8k"}}, {false, {}, 10'000}) == "done");
  CHECK(site.property("dr/v", "type") == "volume");
  CHECK(site.property("dr/v", "volsize") == "16384");
  CHECK(site.property("dr/v", "volblocksize") == "8192");
  CHECK(site.create("dr/w", {}, {false, {}, 0}) ==
        "cannot create 'dr/w': volume size cannot be zero");
  CHECK(site.create("dr/v/below") == "cannot create 'dr/v/below': parent is not a filesystem");
}
