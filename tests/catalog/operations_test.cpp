// SPDX-License-Identifier: Apache-2.0
#include "catalog/operations.h"

#include "catalog/world.h"
#include "support/catch.h"

namespace sealift::catalog {
namespace {

/// Operations on a catalog in memory; `released` counts the orphans whose blocks were given back.
class Site : public test::World {
 public:
  Change change() {
    return {catalog, Txg{++txg_}, 1700000000, guids_, [this](const Orphan&) { ++released; }};
  }

  void create(const std::string& name, const CreateOptions& options = {}) {
    Change now = change();
    create_dataset(now, name, options);
  }
  std::vector<std::string> destroy(const std::string& target, const DestroyOptions& options = {}) {
    Change now = change();
    return catalog::destroy(now, target, options).names;
  }
  void rename(const std::string& from, const std::string& to, const RenameOptions& options = {}) {
    Change now = change();
    catalog::rename(now, from, to, options);
  }
  void snapshot(const std::string& name, const SnapshotOptions& options = {}) {
    Change now = change();
    take_snapshots(now, {name}, options);
  }
  void hold(const std::string& tag, const std::string& name,
            Recursion recursion = Recursion::kNone) {
    Change now = change();
    catalog::hold(now, tag, {name}, recursion);
  }
  void release(const std::string& tag, const std::string& name,
               Recursion recursion = Recursion::kNone) {
    Change now = change();
    catalog::release(now, tag, {name}, recursion);
  }
  void bookmark(const std::string& source, const std::string& name) {
    Change now = change();
    catalog::bookmark(now, source, name);
  }
  std::vector<std::string> rollback(const std::string& name, const RollbackOptions& options = {}) {
    Change now = change();
    return catalog::rollback(now, name, options).names;
  }
  /// Gives a dataset a key; `root` is its encryption root.
  void encrypt(const std::string& name, const std::string& root) {
    DatasetRecord dataset = catalog.get(name);
    dataset.key = KeyRecord{8, 1, 1, WrappingId{1}, catalog.get(root).id};
    catalog.update(dataset);
  }
  /// Names of the snapshots of `dataset`, oldest first.
  std::string snapshots(const std::string& dataset) const {
    std::string names;
    for (const auto& each : catalog.snapshots(catalog.get(dataset).id)) {
      names.append(names.empty() ? "" : " ").append(each.name);
    }
    return names;
  }

  int released = 0;

 private:
  GuidSource guids_{1};
  std::uint64_t txg_ = 1000;
};

using Names = std::vector<std::string>;

std::string refusal(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "done";
}

TEST_CASE("create makes datasets below one that is there, and with -p the missing ones") {
  Site site;
  site.create("dr/a");
  CHECK(refusal([&] { site.create("dr/a"); }) == "cannot create 'dr/a': dataset already exists");
  CHECK(refusal([&] { site.create("dr/x/y"); }) == "cannot create 'dr/x/y': parent does not exist");
  CHECK(refusal([&] { site.create("tank/x"); }) ==
        "cannot create 'tank/x': no such vault 'tank': this one is 'dr'");
  CreateOptions parents;
  parents.parents = true;
  site.create("dr/x/y/z", parents);
  site.create("dr/x/y/z", parents);
  CHECK(site.catalog.find("dr/x/y/z"));
}

TEST_CASE("destroy names what stands in the way, and takes it with -r") {
  Site site;
  site.create("dr/a");
  site.create("dr/a/b");
  site.receive("dr/a/b@s", 100);
  CHECK(refusal([&] { site.destroy("dr/a"); }) == "cannot destroy 'dr/a': filesystem has children");
  CHECK(refusal([&] { site.destroy("dr"); }) ==
        "cannot destroy 'dr': it is the vault's root dataset");
  DestroyOptions recursive;
  recursive.recursive = true;
  CHECK(site.destroy("dr/a", recursive) == Names{"dr/a/b@s", "dr/a/b", "dr/a"});
  CHECK_FALSE(site.catalog.find("dr/a"));
  CHECK(site.catalog.root().used_bytes() == 0);
  CHECK(site.released == 1);  // the snapshot's blocks were the head's, and went with it
}

TEST_CASE("destroy -r on the root dataset empties the vault and keeps it") {
  Site site;
  site.create("dr/a");
  site.receive("dr/a@s", 10);
  site.receive("dr@s", 10);
  DestroyOptions recursive;
  recursive.recursive = true;
  site.destroy("dr", recursive);
  CHECK(site.catalog.root().used_bytes() == 0);
  CHECK(site.catalog.root().snapshot_count == 0);
}

TEST_CASE("destroy takes single snapshots, lists and ranges") {
  Site site;
  site.create("dr/a");
  for (const char* name : {"1", "2", "3", "4", "5", "6", "7"}) {
    site.receive(std::string("dr/a@") + name, 10);
  }
  site.destroy("dr/a@2%4");
  CHECK(site.snapshots("dr/a") == "1 5 6 7");
  site.destroy("dr/a@1,6");
  CHECK(site.snapshots("dr/a") == "5 7");
  CHECK(refusal([&] { site.destroy("dr/a@9"); }).starts_with("could not find any snapshots"));
  CHECK(refusal([&] { site.destroy("dr/a@9%"); }).starts_with("could not find any snapshots"));
  site.destroy("dr/a@%");
  CHECK(site.snapshots("dr/a").empty());
}

TEST_CASE("a held snapshot and the origin of a clone are not destroyed") {
  Site site;
  site.create("dr/a");
  site.receive("dr/a@s", 10);
  site.hold("keep", "dr/a@s");
  CHECK(refusal([&] { site.destroy("dr/a@s"); }).find("dataset is busy") != std::string::npos);
  site.release("keep", "dr/a@s");
  site.clone("dr/a@s", "dr/c");
  CHECK(refusal([&] { site.destroy("dr/a@s"); }) ==
        "cannot destroy 'dr/a@s': snapshot has dependent clones");
  DestroyOptions options;
  options.recursive = true;
  CHECK(refusal([&] { site.destroy("dr/a", options); }) ==
        "cannot destroy 'dr/a': filesystem has dependent clones");
  options.dependents = true;
  CHECK(site.destroy("dr/a", options) == Names{"dr/c", "dr/a@s", "dr/a"});
}

TEST_CASE("a clone within what is destroyed does not stand in the way") {
  Site site;
  site.create("dr/top");
  site.create("dr/top/a");
  site.receive("dr/top/a@s", 10);
  site.clone("dr/top/a@s", "dr/top/b");
  DestroyOptions recursive;
  recursive.recursive = true;
  site.destroy("dr/top", recursive);
  CHECK_FALSE(site.catalog.find("dr/top"));
}

TEST_CASE("a clone with its own origin below it is not destroyed, and not for ever") {
  Site site;
  site.create("dr/a");
  site.receive("dr/a@s", 10);
  site.clone("dr/a@s", "dr/c");
  site.rename("dr/a", "dr/c/a");
  DestroyOptions dependents;
  dependents.dependents = true;
  const std::string why =
      "cannot destroy 'dr/c': recursive dependency: it is a clone of what stands below it";
  CHECK(refusal([&] { site.destroy("dr/c", dependents); }) == why);
  site.rename("dr/c/a", "dr/a");
  site.destroy("dr/a", dependents);
  CHECK_FALSE(site.catalog.find("dr/c"));
}

TEST_CASE("an encryption root is not destroyed while others depend on it") {
  Site site;
  site.create("dr/enc");
  site.create("dr/other");
  site.encrypt("dr/enc", "dr/enc");
  site.encrypt("dr/other", "dr/enc");
  CHECK(refusal([&] { site.destroy("dr/enc"); }) ==
        "cannot destroy 'dr/enc': 'dr/other' is opened by its key");
}

TEST_CASE("an encryption root goes together with those that depend on it, in whatever order") {
  Site site;
  site.create("dr/top");
  site.create("dr/top/a");
  site.create("dr/top/b");
  site.encrypt("dr/top/a", "dr/top/a");
  site.encrypt("dr/top/b", "dr/top/a");
  CHECK(refusal([&] { site.destroy("dr/top/a"); }) ==
        "cannot destroy 'dr/top/a': 'dr/top/b' is opened by its key");
  DestroyOptions recursive;
  recursive.recursive = true;
  site.destroy("dr/top", recursive);
  CHECK_FALSE(site.catalog.find("dr/top"));
}

TEST_CASE("rename moves a dataset with all below it") {
  Site site;
  site.create("dr/a");
  site.create("dr/a/b");
  site.create("dr/z");
  site.receive("dr/a/b@s", 10);
  site.rename("dr/a", "dr/z/y");
  CHECK(site.catalog.find("dr/z/y/b"));
  CHECK_FALSE(site.catalog.find("dr/a"));
  CHECK(site.catalog.get("dr/z").used_bytes() == 10);
  CHECK(refusal([&] { site.rename("dr/z", "dr/z/q"); }) ==
        "cannot rename 'dr/z': New dataset name cannot be a descendant of current dataset name");
  CHECK(refusal([&] { site.rename("dr/z", "dr/n/q"); }) ==
        "cannot rename 'dr/z': parent does not exist");
  CHECK(refusal([&] { site.rename("dr/z", "dr/z"); }) ==
        "cannot rename 'dr/z': dataset already exists");
}

TEST_CASE("an heir does not leave its encryption root; a root goes where it will") {
  Site site;
  for (const char* name : {"dr/enc", "dr/enc/heir", "dr/plain"}) site.create(name);
  site.encrypt("dr/enc", "dr/enc");
  site.encrypt("dr/enc/heir", "dr/enc");
  CHECK(refusal([&] { site.rename("dr/enc/heir", "dr/plain/heir"); }) ==
        "cannot rename 'dr/enc/heir': cannot move encrypted child outside of its encryption root");
  site.rename("dr/enc/heir", "dr/enc/other");
  site.rename("dr/enc", "dr/plain/enc");
  CHECK(site.catalog.find("dr/plain/enc/other"));
}

TEST_CASE("rename -r renames the snapshots of all descendants") {
  Site site;
  site.create("dr/a");
  site.create("dr/a/b");
  site.receive("dr/a@x", 1);
  site.receive("dr/a/b@x", 1);
  RenameOptions recursive;
  recursive.recursive = true;
  site.rename("dr/a@x", "@y", recursive);
  CHECK(site.snapshots("dr/a") == "y");
  CHECK(site.snapshots("dr/a/b") == "y");
  site.receive("dr/a/b@z", 1);
  CHECK(refusal([&] { site.rename("dr/a@y", "dr/a@z", recursive); }).find("a child dataset") !=
        std::string::npos);
}

TEST_CASE("a local snapshot is the same object set under a new guid and IV set") {
  Site site;
  site.create("dr/a");
  site.encrypt("dr/a", "dr/a");
  const SnapshotRecord received = site.receive("dr/a@s", 10);
  site.snapshot("dr/a@local");
  const SnapshotRecord local = site.at("dr/a@local");
  CHECK(local.objset == received.objset);
  CHECK(local.guid != received.guid);
  CHECK(local.ivset_guid != 0);
  CHECK(local.written_bytes == 0);
  CHECK((local.flags & kIsLocal) != 0);
  CHECK(refusal([&] { site.snapshot("dr/a@local"); }) ==
        "cannot create snapshot 'dr/a@local': dataset already exists");
  site.destroy("dr/a@local");
  CHECK(site.released == 0);  // its blocks are still @s's
}

TEST_CASE("snapshot -r passes over datasets without contents") {
  Site site;
  site.create("dr/a");
  site.create("dr/b");
  site.receive("dr/a@s", 10);
  SnapshotOptions recursive;
  recursive.recursive = true;
  site.snapshot("dr@all", recursive);
  CHECK(site.snapshots("dr/a") == "s all");
  CHECK(site.snapshots("dr/b").empty());
  CHECK(refusal([&] { site.snapshot("dr/b@x"); }) ==
        "cannot create snapshot 'dr/b@x': it holds nothing yet");
}

TEST_CASE("a head whose snapshot was destroyed can be named again or rolled back") {
  Site site;
  site.create("dr/a");
  site.receive("dr/a@1", 10);
  site.receive("dr/a@2", 5, {{Birth{1}, 3}});
  site.destroy("dr/a@2");
  CHECK(site.catalog.is_head_modified(site.catalog.get("dr/a")));
  site.snapshot("dr/a@again");
  CHECK(site.at("dr/a@again").written_bytes == 5);
  CHECK(site.at("dr/a@1").unique_bytes == 3);
  CHECK_FALSE(site.catalog.is_head_modified(site.catalog.get("dr/a")));
  site.destroy("dr/a@again");
  site.rollback("dr/a@1");
  CHECK(site.catalog.get("dr/a").used_bytes() == 10);
  CHECK(site.released == 1);
}

TEST_CASE("rollback names what is later, and destroys it with -r") {
  Site site;
  site.create("dr/a");
  for (const char* name : {"dr/a@1", "dr/a@2", "dr/a@3"}) site.receive(name, 10);
  site.bookmark("dr/a@3", "#mark");
  CHECK(refusal([&] { site.rollback("dr/a@1"); }) ==
        "cannot rollback to 'dr/a@1': more recent snapshots or bookmarks exist");
  RollbackOptions options;
  options.recursive = true;
  CHECK(site.rollback("dr/a@1", options) == Names{"dr/a#mark", "dr/a@2", "dr/a@3"});
  CHECK(site.catalog.get("dr/a").used_bytes() == 10);
  site.receive("dr/a@4", 10);
  site.clone("dr/a@4", "dr/c");
  CHECK(refusal([&] { site.rollback("dr/a@1", options); }) ==
        "cannot rollback to 'dr/a@1': clones of previous snapshots exist");
  options.dependents = true;
  CHECK(site.rollback("dr/a@1", options) == Names{"dr/c", "dr/a@4"});
}

TEST_CASE("holds are set on all or none, and released where they are") {
  Site site;
  site.create("dr/a");
  site.create("dr/a/b");
  site.receive("dr/a@s", 1);
  site.receive("dr/a/b@s", 1);
  site.hold("t", "dr/a@s", Recursion::kDescendants);
  CHECK(site.catalog.holds(site.at("dr/a/b@s").id).size() == 1);
  CHECK(site.at("dr/a/b@s").hold_count == 1);
  CHECK(refusal([&] { site.hold("t", "dr/a@s"); }) ==
        "cannot hold snapshot 'dr/a@s': tag already exists on this dataset");
  site.release("t", "dr/a/b@s");
  site.release("t", "dr/a@s", Recursion::kDescendants);
  CHECK(site.at("dr/a@s").hold_count == 0);
  CHECK(refusal([&] { site.release("t", "dr/a@s"); }) ==
        "cannot release hold from snapshot 'dr/a@s': no such tag on this dataset");
}

TEST_CASE("a bookmark keeps what an increment needs of its snapshot") {
  Site site;
  site.create("dr/a");
  const SnapshotRecord snapshot = site.receive("dr/a@s", 10);
  site.bookmark("dr/a@s", "#b");
  site.bookmark("dr/a#b", "dr/a#copy");
  site.destroy("dr/a@s");
  const auto copy = site.catalog.find_bookmark(site.catalog.get("dr/a").id, "copy");
  REQUIRE(copy);
  CHECK(copy->guid == snapshot.guid);
  CHECK(copy->birth == snapshot.id.birth);
  CHECK(refusal([&] { site.bookmark("dr/a#b", "#copy"); }) ==
        "cannot create bookmark 'dr/a#copy': bookmark exists");
  site.destroy("dr/a#b");
  CHECK(refusal([&] { site.destroy("dr/a#b"); }) == "bookmark 'dr/a#b' does not exist.");
}

TEST_CASE("properties: local over received, masks, and what may not be set") {
  Site site;
  site.create("dr/a");
  const PropertyOwner owner{site.catalog.get("dr/a").id, Birth{}};
  set_received(site.catalog, owner, "compression", std::uint64_t{15});
  set_property(site.catalog, owner, "compress", "zstd-3");
  const auto both = site.catalog.property(owner, "compression");
  CHECK(both->received == PropertyValue{std::uint64_t{15}});
  CHECK(both->local == PropertyValue{std::uint64_t{16 | 3 << 7}});
  inherit(site.catalog, owner, "compression", {});
  CHECK(site.catalog.property(owner, "compression")->is_received_masked);
  InheritOptions to_received;
  to_received.to_received = true;
  inherit(site.catalog, owner, "compression", to_received);
  CHECK_FALSE(site.catalog.property(owner, "compression")->is_received_masked);

  const auto set = [&](const char* name, const char* value) {
    return refusal([&] { set_property(site.catalog, owner, name, value); });
  };
  CHECK(set("used", "1") == "'used' is readonly");
  CHECK(set("nonsense", "1") == "invalid property 'nonsense'");
  CHECK(set("atime", "maybe") == "bad property list: 'atime' must be one of 'off | on'");
  CHECK(set("recordsize", "12x") == "bad property list: 'recordsize' must be a number, not '12x'");
  CHECK(set("recordsize", "128K") == "done");
  CHECK(set("org.example:note", "free text") == "done");
}

}  // namespace
}  // namespace sealift::catalog
