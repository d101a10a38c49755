// SPDX-License-Identifier: Apache-2.0
// Random histories, where every sum the catalog keeps is compared with one counted over blocks.
#include <map>
#include <random>
#include <set>

#include "catalog/world.h"
#include "support/catch.h"

namespace sealift::catalog {
namespace {

constexpr std::uint64_t kBlockBytes = 1;

/// A block is (birth, number); each weighs one byte.
using Blocks = std::set<std::pair<std::uint64_t, std::uint64_t>>;

Blocks minus(const Blocks& a, const Blocks& b) {
  Blocks rest;
  for (const auto& block : a) {
    if (!b.count(block)) rest.insert(block);
  }
  return rest;
}

/// The model of one dataset: the blocks of every snapshot, and of the head.
struct Model {
  Blocks origin;
  std::map<std::string, Blocks> snapshots;  // names sort as they were made
  Blocks head;

  Blocks before(const std::string& name) const {
    const auto at = snapshots.lower_bound(name);
    return at == snapshots.begin() ? origin : std::prev(at)->second;
  }
  Blocks after(const std::string& name) const {
    const auto at = snapshots.upper_bound(name);
    return at == snapshots.end() ? head : at->second;
  }
  Blocks newest() const { return snapshots.empty() ? origin : snapshots.rbegin()->second; }
  std::uint64_t used_by_dataset() const { return minus(head, origin).size(); }
  std::uint64_t used_by_snapshots() const {
    Blocks all;
    for (const auto& [name, blocks] : snapshots) all.insert(blocks.begin(), blocks.end());
    return minus(minus(all, head), origin).size();
  }
};

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    world_.create("dr/a");
    models_["dr/a"];
  }

  void step() {
    const std::string name = std::next(models_.begin(), pick(models_.size()))->first;
    switch (pick(11)) {
      case 8:
      case 9:
        return write(name);
      case 10:
        return snapshot(name);
      case 0:
        return destroy_some(name);
      case 1:
        return destroy_newest(name);
      case 2:
        return reset(name);
      case 3:
        return clone(name);
      default:
        return receive(name);
    }
  }

  void check() const {
    std::uint64_t all = 0;
    for (const auto& [name, model] : models_) {
      INFO(name);
      const DatasetRecord dataset = world_.catalog.get(name);
      CHECK(dataset.head.referenced_bytes == model.head.size());
      CHECK(dataset.used_by_dataset_bytes == model.used_by_dataset());
      CHECK(dataset.used_by_snapshots_bytes == model.used_by_snapshots());
      CHECK(dataset.snapshot_count == model.snapshots.size());
      check_snapshots(name, model);
      all += dataset.used_bytes();
    }
    CHECK(world_.catalog.root().used_by_children_bytes == all);
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  void check_snapshots(const std::string& dataset, const Model& model) const {
    for (const auto& [name, blocks] : model.snapshots) {
      INFO(name);
      const SnapshotRecord snapshot = world_.at(dataset + '@' + name);
      const Blocks neighbours_miss = minus(minus(blocks, model.before(name)), model.after(name));
      CHECK(snapshot.unique_bytes == neighbours_miss.size());
      CHECK(snapshot.referenced_bytes == blocks.size());
      CHECK(snapshot.written_bytes == minus(blocks, model.before(name)).size());
    }
  }

  void receive(const std::string& name) {
    Model& model = models_[name];
    if (world_.catalog.is_head_modified(world_.catalog.get(name))) reset(name);
    const auto birth = world_.catalog.get(name).next_birth.value;
    DeadBytes dead;
    const Blocks before = model.head;
    for (const auto& block : before) {
      if (pick(4) != 0) continue;
      model.head.erase(block);
      dead[Birth{block.first}] += kBlockBytes;
    }
    const std::size_t added = pick(10);
    for (std::size_t i = 0; i < added; ++i) model.head.emplace(birth, ++last_block_);
    const std::string snapshot = fmt::format("s{:05}", ++last_name_);
    model.snapshots[snapshot] = model.head;
    world_.receive(name + '@' + snapshot, added * kBlockBytes, dead);
  }

  /// Blocks of the head that no snapshot reaches are gone when they die.
  void write(const std::string& name) {
    Model& model = models_[name];
    const DatasetRecord dataset = world_.catalog.get(name);
    NewHead fresh;
    fresh.dataset = dataset.id;
    fresh.head.birth = dataset.next_birth;
    fresh.head.objset = world_.new_block();
    const Blocks before = model.head;
    for (const auto& block : before) {
      if (pick(4) != 0) continue;
      model.head.erase(block);
      fresh.dead[Birth{block.first}] += kBlockBytes;
    }
    const std::size_t added = 1 + pick(10);
    for (std::size_t i = 0; i < added; ++i)
      model.head.emplace(dataset.next_birth.value, ++last_block_);
    fresh.head.referenced_bytes = model.head.size();
    world_.catalog.replace_head(fresh);
  }

  void snapshot(const std::string& name) {
    const DatasetRecord dataset = world_.catalog.get(name);
    if (dataset.head.objset.is_null()) return;
    SnapshotRecord fresh;
    fresh.id.dataset = dataset.id;
    fresh.name = fmt::format("s{:05}", ++last_name_);
    fresh.guid = last_name_ + 1'000'000;
    models_[name].snapshots[fresh.name] = models_[name].head;
    world_.catalog.add_snapshot_of_head(fresh, Txg{1});
  }

  void destroy(const std::string& name, const std::string& snapshot) {
    const SnapshotRecord victim = world_.at(name + '@' + snapshot);
    if (victim.clone_count != 0) return;
    const auto newest = world_.catalog.newest_snapshot(victim.id.dataset);
    world_.catalog.remove_snapshot(victim.id);
    models_[name].snapshots.erase(snapshot);
    CHECK(newest.has_value());
  }

  void destroy_some(const std::string& name) {
    const auto& snapshots = models_[name].snapshots;
    if (snapshots.empty()) return;
    destroy(name, std::next(snapshots.begin(), pick(snapshots.size()))->first);
  }

  void destroy_newest(const std::string& name) {
    const auto& snapshots = models_[name].snapshots;
    if (!snapshots.empty()) destroy(name, snapshots.rbegin()->first);
  }

  void reset(const std::string& name) {
    world_.catalog.reset_head(world_.catalog.get(name).id);
    models_[name].head = models_[name].newest();
  }

  void clone(const std::string& name) {
    const auto& snapshots = models_[name].snapshots;
    if (snapshots.empty() || models_.size() > 3) return;
    const auto& [snapshot, blocks] = *std::next(snapshots.begin(), pick(snapshots.size()));
    const std::string fresh = fmt::format("dr/c{}", ++last_name_);
    world_.clone(name + '@' + snapshot, fresh);
    models_[fresh].origin = models_[fresh].head = blocks;
  }

  std::mt19937 random_;
  test::World world_;
  std::map<std::string, Model> models_;
  std::uint64_t last_block_ = 0;
  unsigned last_name_ = 0;
};

TEST_CASE("every sum equals one counted over blocks, whatever the history") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    for (int step = 0; step < 60; ++step) {
      INFO("step " << step);
      history.step();
      history.check();
    }
  }
}

}  // namespace
}  // namespace sealift::catalog
