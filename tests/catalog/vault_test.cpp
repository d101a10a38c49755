// SPDX-License-Identifier: Apache-2.0
// The public faces, on a vault on disk.
#include <sealift/dataset.h>
#include <sealift/listing.h>

#include <algorithm>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/operations.h"
#include "support/catch.h"
#include "support/temp_directory.h"

namespace sealift {
namespace {

/// A vault "dr" in a directory of its own.
class Site {
 public:
  Site() : vault(make()) {}

  void create(const std::string& name, const CreateOptions& options = {}) {
    create_dataset(vault, name, options, {1700000000, ++entropy_});
  }
  void set(const std::string& name, const std::string& property, const std::string& value) {
    set_properties(vault, {name}, {{property, value}});
  }
  void set_received(const std::string& name, const std::string& property,
                    const catalog::PropertyValue& value) {
    catalog::commit(vault.inner(), [&](catalog::Catalog& catalog, vault::Transaction&) {
      catalog::set_received(catalog, {catalog.get(name).id, {}}, property, value);
    });
  }
  Property get(const std::string& name, const std::string& property) const {
    return Listing(vault).at(name).property(property);
  }
  /// "value (source)".
  std::string show(const std::string& name, const std::string& property) const {
    const Property found = get(name, property);
    constexpr const char* kSources[] = {"-", "default", "local", "inherited", "received"};
    return found.value + " (" + kSources[static_cast<std::size_t>(found.source)] + ")";
  }
  std::string list(const std::string& name, const Listing::Selection& selection) const {
    const Listing listing(vault);
    std::vector<Entry> entries = listing.find(name, selection);
    std::sort(entries.begin(), entries.end());
    std::string names;
    for (const Entry& entry : entries) {
      names.append(names.empty() ? "" : " ").append(entry.name());
    }
    return names;
  }
  /// A snapshot without contents that could be walked: only a listing sees it.
  void add_snapshot(const std::string& dataset, const std::string& name) {
    catalog::commit(vault.inner(), [&](catalog::Catalog& catalog, vault::Transaction& transaction) {
      const catalog::DatasetRecord owner = catalog.get(dataset);
      catalog::NewSnapshot fresh;
      fresh.record.id = {owner.id, owner.next_birth};
      fresh.record.name = name;
      fresh.record.guid = ++entropy_;
      fresh.record.objset = {1, 512, 512 * entropy_, {}};
      fresh.record.referenced_bytes = owner.head.referenced_bytes + 1000;
      catalog.add_snapshot(fresh, transaction.txg());
    });
  }

  Vault open() const { return Vault::open(directory_ / "vault", Vault::Access::kWrite); }

 private:
  Vault make() const {
    Vault::init(directory_ / "vault", {"dr", "sha256"}, {1700000000, 1});
    return open();
  }

  test::TempDirectory directory_;
  std::uint64_t entropy_ = 10;

 public:
  Vault vault;
};

constexpr unsigned bit(EntryType type) {
  return static_cast<unsigned>(type);
}

TEST_CASE("a new vault has its root dataset") {
  Site site;
  CHECK(site.list("dr", {}) == "dr");
  CHECK(site.show("dr", "type") == "filesystem (-)");
  CHECK(site.show("dr", "creation") == "1700000000 (-)");
  CHECK(site.show("dr", "used") == "0 (-)");
}

TEST_CASE("a reader sees the state it opened, and after refresh the newest") {
  Site site;
  Vault reader = site.open();
  site.create("dr/a");
  CHECK_THROWS_AS(Listing(reader).at("dr/a"), Error);
  reader.refresh();
  CHECK(Listing(reader).at("dr/a").name() == "dr/a");
}

TEST_CASE("an operation is judged by what is there when it commits") {
  Site site;
  Vault other = site.open();
  site.create("dr/a");
  site.add_snapshot("dr/a", "s");
  hold(other, "t", {"dr/a@s"}, Recursion::kNone, {5, 6});
  CHECK_THROWS_AS(destroy(site.vault, "dr/a@s", {}), Error);
  site.vault.refresh();
  const std::vector<Hold> found = holds(site.vault, "dr/a@s", Recursion::kNone);
  REQUIRE(found.size() == 1);
  CHECK(found.front().creation_seconds == 5);
}

TEST_CASE("an operation that is refused commits nothing") {
  Site site;
  site.create("dr/a");
  const std::uint64_t txg = site.vault.txg();
  CHECK_THROWS_AS(site.create("dr/a"), Error);
  CreateOptions options;
  options.parents = true;
  options.properties = {{"used", "1"}};
  CHECK_THROWS_AS(site.create("dr/x/y", options), Error);
  CHECK(site.list("dr", {}) == "dr dr/a");
  CHECK(site.vault.txg() == txg);
}

TEST_CASE("a dry run of destroy tells and changes nothing") {
  Site site;
  site.create("dr/a");
  DestroyOptions options;
  options.dry_run = true;
  CHECK(destroy(site.vault, "dr/a", options).names == std::vector<std::string>{"dr/a"});
  CHECK(site.list("dr", {}) == "dr dr/a");
}

TEST_CASE("entries are in zfs's order") {
  Site site;
  for (const char* name : {"dr/a", "dr/a/b", "dr/a-c"}) site.create(name);
  site.add_snapshot("dr/a", "z");
  site.add_snapshot("dr/a", "y");
  bookmark(site.vault, "dr/a@z", "#m");
  CHECK(site.list("dr", {}) == "dr dr/a dr/a@z dr/a@y dr/a#m dr/a-c dr/a/b");
}

TEST_CASE("a selection takes types and depth") {
  Site site;
  for (const char* name : {"dr/a", "dr/a/b"}) site.create(name);
  site.add_snapshot("dr/a", "s");
  Listing::Selection selection;
  selection.types = bit(EntryType::kFilesystem);
  CHECK(site.list("dr", selection) == "dr dr/a dr/a/b");
  selection.depth = 1;
  CHECK(site.list("dr", selection) == "dr dr/a");
  selection.types = bit(EntryType::kSnapshot);
  CHECK(site.list("dr", selection).empty());
  CHECK(site.list("dr/a", selection) == "dr/a@s");
  CHECK(site.list("dr/a@s", selection) == "dr/a@s");
  CHECK_THROWS_AS(site.list("dr/nope", selection), Error);
}

TEST_CASE("properties: local before received before inherited") {
  Site site;
  site.create("dr/a");
  site.create("dr/a/b");
  site.set("dr/a", "org.example:note", "parent");
  CHECK(site.show("dr/a/b", "org.example:note") == "parent (inherited)");
  CHECK(site.get("dr/a/b", "org.example:note").inherited_from == "dr/a");
  site.set_received("dr/a/b", "org.example:note", std::string("stream"));
  CHECK(site.show("dr/a/b", "org.example:note") == "stream (received)");
  site.set("dr/a/b", "org.example:note", "here");
  CHECK(site.show("dr/a/b", "org.example:note") == "here (local)");
  CHECK(site.get("dr/a/b", "org.example:note").received == "stream");
  InheritOptions options;
  inherit_property(site.vault, {"dr/a/b"}, "org.example:note", options);
  CHECK(site.show("dr/a/b", "org.example:note") == "parent (inherited)");
  options.to_received = true;
  inherit_property(site.vault, {"dr/a/b"}, "org.example:note", options);
  CHECK(site.show("dr/a/b", "org.example:note") == "stream (received)");
}

TEST_CASE("native properties are kept as ZFS's numbers and shown by their names") {
  Site site;
  site.create("dr/a");
  site.set_received("dr/a", "compression", std::uint64_t{15});
  CHECK(site.show("dr/a", "compression") == "lz4 (received)");
  site.set("dr/a", "quota", "10G");
  CHECK(site.get("dr/a", "quota").number == 10ULL << 30);
  CHECK(site.show("dr/a", "atime") == "- (-)");
  CHECK_FALSE(site.get("dr/a", "volsize").applies);
}

TEST_CASE("written@ counts from any earlier snapshot") {
  Site site;
  site.create("dr/a");
  for (const char* name : {"1", "2", "3"}) site.add_snapshot("dr/a", name);
  CHECK(site.show("dr/a@3", "written@1") == "2000 (local)");
  CHECK(site.show("dr/a", "written@2") == "1000 (local)");
  CHECK(site.show("dr/a@1", "written@3") == "- (-)");
}

}  // namespace
}  // namespace sealift
