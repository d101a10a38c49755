// SPDX-License-Identifier: Apache-2.0
#include "objset/block_tree.h"

#include <random>

#include "base/error.h"
#include "objset/world.h"
#include "support/catch.h"

namespace sealift::objset {
namespace {

using test::World;

constexpr std::uint64_t kBlocks = 2500;

/// A tree, and beside it what it must hold: for each block its payload and its birth.
class Pair {
 public:
  explicit Pair(World& world) : world_(world) {
    geometry_.indirect_shift = kMinIndirectShift;  // 32 entries a node
    geometry_.pointers = 3;
    pointers_.assign(3, Entry::hole(Birth{}));
  }

  void write(std::uint64_t block, std::uint64_t value) {
    grow_for(block);
    Bytes payload(64);
    store(payload.data(), value);
    edit([&](BlockTree& tree) {
      Entry& entry = tree.slot(block);
      entry.kind = EntryKind::kBlock;
      entry.birth = world_.ledger.birth;
      const auto placed = world_.context().appender.place(payload, entry.where.checksum);
      entry.where.segment = placed.pointer.segment;
      entry.where.offset = placed.pointer.offset;
      entry.where.length = placed.pointer.length;
      tree.awaits(placed.batch);
      world_.ledger.add(entry);
    });
    data_[block] = value;
    births_[block] = world_.ledger.birth;
  }

  void free(std::uint64_t first, std::uint64_t end) {
    edit([&](BlockTree& tree) { tree.free(first, end); });
    data_.erase(data_.lower_bound(first), data_.lower_bound(end));
  }

  void truncate(std::uint64_t first) {
    edit([&](BlockTree& tree) { tree.truncate(first); });
    data_.erase(data_.lower_bound(first), data_.end());
  }

  /// Ends a receive: the path is written, what follows has another birth.
  void commit() {
    edit([](BlockTree& tree) { tree.close(); });
    tree_.reset();
    stored_bytes_ += world_.ledger.added_bytes;
    for (const auto& [birth, dead] : world_.ledger.dead) stored_bytes_ -= dead;
    std::uint64_t reached = 0;
    for (const Entry& pointer : pointers_) reached += bytes_below(pointer, geometry_.levels - 1U);
    REQUIRE(reached == stored_bytes_);
    world_.next(world_.ledger.birth.value + 1);
  }

  void check() {
    edit([&](BlockTree& tree) {
      tree.close();
      for (std::uint64_t block = 0; block < kBlocks; ++block) {
        const Entry entry = tree.get(block);
        const auto found = data_.find(block);
        INFO("block " << block);
        REQUIRE(entry.is_hole() == (found == data_.end()));
        if (found == data_.end()) continue;
        REQUIRE(entry.birth == births_[block]);
        REQUIRE(load<std::uint64_t>(world_.vault().read(entry.where).data()) == found->second);
      }
    });
  }

 private:
  template <class Edit>
  void edit(Edit&& edit) {
    if (!tree_) tree_ = std::make_unique<BlockTree>(world_.context(), geometry_, pointers_);
    edit(*tree_);
  }

  void grow_for(std::uint64_t block) {
    std::uint8_t levels = geometry_.levels;
    while ((3ULL << (5U * (levels - 1U))) <= block) ++levels;
    edit([&](BlockTree& tree) { tree.grow(levels); });
  }

  std::uint64_t bytes_below(const Entry& entry, unsigned level) {
    if (entry.where.is_null()) return 0;
    std::uint64_t sum = entry.where.length;
    if (level > 0)
      for (const Entry& child : read_node(world_.vault(), entry, geometry_))
        sum += bytes_below(child, level - 1);
    return sum;
  }

  World& world_;
  Geometry geometry_;
  std::vector<Entry> pointers_;
  std::unique_ptr<BlockTree> tree_;
  std::map<std::uint64_t, std::uint64_t> data_;
  std::map<std::uint64_t, Birth> births_;
  std::uint64_t stored_bytes_ = 0;
};

TEST_CASE("random histories of a block tree") {
  const int seed = GENERATE(range(0, 12));
  CAPTURE(seed);
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  World world;
  world.next(1);
  Pair pair(world);
  for (int step = 0; step < 400; ++step) {
    const std::uint64_t block = random() % (random() % 2 ? kBlocks : 100);
    switch (random() % 10) {
      case 0:
        pair.free(block, block + 1 + random() % 300);
        break;
      case 1:
        pair.truncate(block + 1);
        break;
      case 2:
        if (random() % 8 == 0) pair.free(block, UINT64_MAX);
        break;
      default:
        pair.write(block, random());
    }
    if (step % 100 == 99) {
      pair.check();
      pair.commit();
    }
  }
  pair.check();
}

TEST_CASE("holes keep their age around new data, and only data is stamped by a truncation") {
  World world;
  world.next(5);
  Geometry geometry{2, 1, kMinIndirectShift};
  std::vector<Entry> pointers{Entry::hole(Birth{2})};
  BlockTree tree(world.context(), geometry, pointers);
  Entry& entry = tree.slot(3);
  entry.kind = EntryKind::kBlock;
  entry.birth = world.ledger.birth;
  entry.where = world.context().appender.append(Bytes(10));
  CHECK(tree.get(2) == Entry::hole(Birth{2}));
  CHECK(tree.get(4) == Entry::hole(Birth{2}));
  tree.truncate(2);
  CHECK(tree.get(3) == Entry::hole(Birth{5}));
  CHECK(tree.get(4) == Entry::hole(Birth{2}));
}

TEST_CASE("a node that became all one hole is a hole above") {
  World world;
  world.next(1);
  Geometry geometry{2, 1, kMinIndirectShift};
  std::vector<Entry> pointers{Entry::hole(Birth{})};
  BlockTree tree(world.context(), geometry, pointers);
  Entry& entry = tree.slot(0);
  entry.kind = EntryKind::kBlock;
  entry.birth = Birth{1};
  entry.where = world.context().appender.append(Bytes(10));
  tree.close();
  CHECK(pointers[0].kind == EntryKind::kBlock);
  tree.free(0, 16);
  tree.free(16, 32);
  tree.close();
  CHECK(pointers[0] == Entry::hole(Birth{1}));
}

TEST_CASE("a block beyond what the tree can hold is refused") {
  World world;
  Geometry geometry{1, 3, kMinIndirectShift};
  std::vector<Entry> pointers(3);
  BlockTree tree(world.context(), geometry, pointers);
  CHECK_THROWS_AS(tree.slot(3), Error);
}

}  // namespace
}  // namespace sealift::objset
