// SPDX-License-Identifier: Apache-2.0
// Space is returned, but never too early.
#include "sealift/error.h"
#include "support/catch.h"
#include "vault/return_space.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;

namespace {

/// A committed vault with `blocks` blocks of 64 KiB side by side; the catalog root is the first.
struct World {
  std::shared_ptr<MemoryStorage> storage = new_memory_vault();
  std::unique_ptr<Vault> vault = open(storage);
  std::vector<BlockPointer> blocks;

  explicit World(unsigned count) {
    Appender appender(*vault);
    for (unsigned i = 0; i < count; ++i) blocks.push_back(appender.append(noise(64 << 10, i)));
    Transaction(*vault, appender).commit(blocks[0]);
  }

  void release(std::initializer_list<unsigned> which) {
    Appender appender(*vault);
    Transaction transaction(*vault, appender);
    for (const unsigned i : which) transaction.release(blocks[i]);
    transaction.commit(transaction.base().catalog);
  }

  void commit_times(unsigned times) {
    for (unsigned i = 0; i < times; ++i) commit_nothing(*vault);
  }

  bool is_readable(unsigned i) const {
    try {
      vault->read(blocks[i]);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
};

}  // namespace

TEST_CASE("what was freed stays until four later commits have taken its place") {
  World world(4);
  world.release({1, 2});
  CHECK(world.vault->space().pending_bytes >= 2 * (64 << 10));
  world.commit_times(3);
  CHECK(world.is_readable(1));
  world.commit_times(1);
  CHECK(!world.is_readable(1));
  CHECK(!world.is_readable(2));
  CHECK(world.is_readable(0));
  CHECK(world.is_readable(3));
}

TEST_CASE("a reader keeps what its state reaches") {
  World world(4);
  auto reader = open(world.storage, Access::kRead);
  world.release({1});
  world.commit_times(10);
  CHECK(world.is_readable(1));
  reader.reset();
  world.commit_times(1);
  CHECK(!world.is_readable(1));
}

TEST_CASE("a reader that moves on lets go of its old state") {
  World world(4);
  const auto reader = open(world.storage, Access::kRead);
  world.release({1});
  world.commit_times(5);
  CHECK(world.is_readable(1));
  reader->refresh();
  world.commit_times(1);
  CHECK(!world.is_readable(1));
}

TEST_CASE("every whole page that died is punched, once, and no other") {
  const auto storage = new_memory_vault({ChecksumKind::kSha256, 1U << 30});
  const auto vault = open(storage);
  std::mt19937 random(7);
  std::vector<BlockPointer> live;
  {
    Appender appender(*vault);
    for (unsigned i = 0; i < 400; ++i)
      live.push_back(appender.append(noise(1 + random() % 9000, i)));
    Transaction(*vault, appender).commit(live[0]);
  }
  std::vector<std::pair<BlockPointer, bool>> fates;
  for (const BlockPointer& block : live) fates.emplace_back(block, random() % 2 == 0);
  fates[0].second = false;
  for (unsigned round = 0; round < 4; ++round) {
    Appender appender(*vault);
    Transaction transaction(*vault, appender);
    for (std::size_t i = round; i < fates.size(); i += 4) {
      if (fates[i].second) transaction.release(fates[i].first);
    }
    transaction.commit(live[0]);
  }
  for (unsigned i = 0; i < 6; ++i) commit_nothing(*vault);

  std::map<std::uint64_t, bool> page_is_dead;
  for (const auto& [block, dead] : fates) {
    for (std::uint64_t page = block.offset / kPageBytes;
         page <= (block.offset + block.length - 1) / kPageBytes; ++page) {
      page_is_dead[page] = page_is_dead.count(page) == 0 ? dead : page_is_dead[page] && dead;
    }
    if (!dead) CHECK_NOTHROW(vault->read(block));
  }
  page_is_dead.erase(std::prev(page_is_dead.end()));  // shared with the commit's own blocks
  const auto punched = storage->punched_pages();
  for (const auto& [page, dead] : page_is_dead) {
    CAPTURE(page);
    CHECK(punched.count({fates[0].first.segment, page * kPageBytes}) == (dead ? 1 : 0));
  }
}

TEST_CASE("a full segment that is wholly dead is removed") {
  const auto storage = new_memory_vault();
  const auto vault = open(storage);
  std::vector<BlockPointer> blocks;
  {
    Appender appender(*vault);
    const Bytes block = noise(100 << 10, 1);
    for (unsigned i = 0; i < 12; ++i) blocks.push_back(appender.append(block));
    Transaction(*vault, appender).commit(blocks.back());
  }
  REQUIRE(blocks.front().segment != blocks.back().segment);
  REQUIRE(vault->space().segments == 2);
  {
    Appender appender(*vault);
    Transaction transaction(*vault, appender);
    for (const BlockPointer& block : blocks) {
      if (block.segment == blocks.front().segment) transaction.release(block);
    }
    transaction.commit(blocks.back());
  }
  for (unsigned i = 0; i < 4; ++i) commit_nothing(*vault);
  CHECK(storage->segments().size() == 1);
  CHECK(vault->space().segments == 1);
  CHECK(used_in_segments(*vault) == used_in_total(*vault));
  CHECK_NOTHROW(vault->read(blocks.back()));
}

TEST_CASE("a block freed twice in one transaction is a bug, and nothing is committed") {
  World world(2);
  CHECK_THROWS_AS(world.release({1, 1}), Error);
  CHECK(world.vault->root().txg == Txg{2});
}

TEST_CASE("many small commits live in one segment, and their books agree") {
  const auto storage = new_memory_vault();
  const auto vault = open(storage);
  Tree tree(*vault, {});
  for (unsigned i = 0; i < 500; ++i) {
    Appender appender(*vault);
    tree.put(numbered(i % 50), std::to_string(i));
    commit(*vault, appender, tree);
  }
  CHECK(storage->segments().size() == 1);
  CHECK(used_in_segments(*vault) == used_in_total(*vault));
  // The tree is one node; the rest is what the last few commits wait to give back.
  CHECK(vault->space().allocated_bytes < 40'000);
  CHECK(vault->space().pending_bytes < 200'000);
}

TEST_CASE("space can be returned at once") {
  World world(4);
  world.release({1, 2});
  return_space(*world.vault);
  CHECK(!world.is_readable(1));
  CHECK(!world.is_readable(2));
  CHECK(world.is_readable(3));
  CHECK(world.vault->space().pending_bytes < 64 << 10);
  return_space(*world.vault);
}

TEST_CASE("space is not returned at once while a reader needs it") {
  World world(4);
  const auto reader = open(world.storage, Access::kRead);
  world.release({1});
  return_space(*world.vault);
  CHECK(reader->read(world.blocks[1]) == noise(64 << 10, 1));
}

TEST_CASE("a transaction may release more extents than are kept in memory") {
  const auto storage = new_memory_vault({ChecksumKind::kFletcher4, 1U << 30});
  const auto vault = open(storage);
  std::vector<BlockPointer> blocks;
  {
    Appender appender(*vault);
    const Bytes block(16, 1);
    for (unsigned i = 0; i < 1'100'000; ++i) blocks.push_back(appender.append(block));
    Transaction(*vault, appender).commit(blocks[0]);
  }
  const std::uint64_t before = vault->space().allocated_bytes;
  {
    Appender appender(*vault);
    Transaction transaction(*vault, appender);
    for (std::size_t i = 1; i < blocks.size(); i += 2) transaction.release(blocks[i]);
    transaction.commit(blocks[0]);
  }
  CHECK(vault->space().allocated_bytes > before / 2);
  CHECK(vault->space().pending_bytes > before / 2);
  CHECK(used_in_segments(*vault) == used_in_total(*vault));
  CHECK_NOTHROW(vault->read(blocks[0]));
}
