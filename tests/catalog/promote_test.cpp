// SPDX-License-Identifier: Apache-2.0
#include "catalog/operations.h"
#include "catalog/world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::catalog;
using sealift::catalog::test::World;

namespace {

/// dr/a@s1 -> dr/a@s2, and dr/c cloned from dr/a@s1, with dr/c@c1.
struct Family : World {
  Family() {
    create("dr/a");
    receive("dr/a@s0", 70);
    receive("dr/a@s1", 100, {{Birth{1}, 10}});
    receive("dr/a@s2", 50, {{Birth{1}, 20}, {Birth{2}, 5}});
    clone("dr/a@s1", "dr/c");
    receive("dr/c@c1", 30, {{Birth{2}, 40}});
    receive("dr/c@c2", 1, {{Birth{3}, 7}});
  }
  DatasetRecord dataset(const std::string& name) const { return catalog.get(name); }
  std::uint64_t used(const std::string& name) const { return dataset(name).used_bytes(); }
};

}  // namespace

TEST_CASE("promotion moves the snapshots up to the origin, and what they use") {
  Family world;
  const std::uint64_t all = world.catalog.root().used_bytes();
  CHECK(world.used("dr/a") == 220);
  CHECK(world.used("dr/c") == 31);
  world.catalog.promote(world.dataset("dr/c").id);

  CHECK(world.catalog.root().used_bytes() == all);
  CHECK(world.used("dr/a") == 50);
  CHECK(world.used("dr/c") == 201);
  CHECK(world.dataset("dr/a").used_by_dataset_bytes == 50);
  CHECK(world.dataset("dr/c").used_by_dataset_bytes == world.dataset("dr/c").head.referenced_bytes);
  CHECK(world.dataset("dr/a").origin == world.at("dr/c@s1").id);
  CHECK_FALSE(world.dataset("dr/c").origin);
  CHECK(world.at("dr/c@s1").clone_count == 1);
  CHECK(world.catalog.clones(world.at("dr/c@s1").id) ==
        std::vector<DatasetId>{world.dataset("dr/a").id});
  CHECK(world.dataset("dr/a").snapshot_count == 1);
  CHECK(world.dataset("dr/c").snapshot_count == 4);
  CHECK(world.catalog.find_snapshot_by_guid(world.dataset("dr/c").id, world.at("dr/c@s0").guid));
  CHECK(world.at("dr/c@s1").unique_bytes == 40);
}

TEST_CASE("promoted back, all is as it was") {
  Family world;
  const auto state = [&] {
    std::vector<DatasetRecord> datasets{world.dataset("dr/a"), world.dataset("dr/c")};
    std::vector<SnapshotRecord> snapshots = world.catalog.snapshots(datasets[0].id);
    for (const SnapshotRecord& each : world.catalog.snapshots(datasets[1].id))
      snapshots.push_back(each);
    return std::pair(datasets, snapshots);
  };
  world.catalog.promote(world.dataset("dr/c").id);
  world.catalog.promote(world.dataset("dr/a").id);
  const auto once = state();
  Family fresh;
  const auto before =
      std::pair(std::vector<DatasetRecord>{fresh.dataset("dr/a"), fresh.dataset("dr/c")}, [&] {
        auto all = fresh.catalog.snapshots(fresh.dataset("dr/a").id);
        for (const auto& each : fresh.catalog.snapshots(fresh.dataset("dr/c").id))
          all.push_back(each);
        return all;
      }());
  CHECK(once.first == before.first);
  CHECK(once.second == before.second);
}

TEST_CASE("what hangs on a snapshot goes with it") {
  Family world;
  world.catalog.add_hold(world.at("dr/a@s1").id, {"keep", 1});
  PropertyRecord property;
  property.local = PropertyValue(std::string("x"));
  world.catalog.put_property(world.at("dr/a@s0").id, "org:x", property);
  world.clone("dr/a@s0", "dr/other");
  world.catalog.promote(world.dataset("dr/c").id);
  CHECK(world.catalog.holds(world.at("dr/c@s1").id).size() == 1);
  CHECK(world.catalog.property(world.at("dr/c@s0").id, "org:x") == property);
  CHECK(world.dataset("dr/other").origin == world.at("dr/c@s0").id);
}
