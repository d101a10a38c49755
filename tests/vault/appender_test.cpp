// SPDX-License-Identifier: Apache-2.0
#include "sealift/error.h"
#include "support/catch.h"
#include "vault/checksum.h"
#include "vault/fetcher.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;

using Catch::Matchers::ContainsSubstring;

namespace {

/// Blocks of odd sizes, small and large, that fill several chunks.
std::vector<Bytes> assorted_blocks(unsigned count) {
  std::mt19937 random(5);
  std::vector<Bytes> blocks;
  for (unsigned i = 0; i < count; ++i) {
    const std::size_t size = i % 50 == 0 ? (2U << 20) + random() % 9999 : 1 + random() % 200'000;
    blocks.push_back(noise(size, i));
  }
  return blocks;
}

std::vector<BlockPointer> place_all(Appender& appender, const std::vector<Bytes>& blocks) {
  std::vector<BlockPointer> pointers;
  std::vector<Checksum> sums(blocks.size());
  std::uint64_t batch = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Appender::Placed placed = appender.place(blocks[i], sums[i]);
    pointers.push_back(placed.pointer);
    batch = placed.batch;
  }
  appender.settle(batch);
  CHECK(appender.is_settled(batch));
  for (std::size_t i = 0; i < blocks.size(); ++i) pointers[i].checksum = sums[i];
  return pointers;
}

}  // namespace

TEST_CASE("what was placed has its checksums once settled, and is read back, ahead or one by one") {
  const auto kind = GENERATE(ChecksumKind::kSha256, ChecksumKind::kFletcher4);
  const auto vault = open(new_memory_vault({kind}));
  const std::vector<Bytes> blocks = assorted_blocks(300);
  Appender appender(*vault);
  const std::vector<BlockPointer> pointers = place_all(appender, blocks);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    REQUIRE(pointers[i].checksum == checksum_of(kind, blocks[i]));
    REQUIRE(vault->read(pointers[i]) == blocks[i]);
  }
  Fetcher fetcher(*vault, {4U << 20, 2, {}});
  std::size_t next = 0;
  for (std::size_t taken = 0; taken < blocks.size(); ++taken) {
    while (next < blocks.size() && fetcher.has_room()) fetcher.request(pointers[next++]);
    REQUIRE(fetcher.pending() > 0);
    REQUIRE(equal(fetcher.take().bytes, blocks[taken]));
  }
  CHECK(fetcher.pending() == 0);
}

TEST_CASE("blocks come with their Fletcher-4 sums where these are wanted") {
  const auto kind = GENERATE(ChecksumKind::kSha256, ChecksumKind::kFletcher4);
  const auto order = GENERATE(Endian::kLittle, Endian::kBig);
  const auto vault = open(new_memory_vault({kind}));
  Appender appender(*vault);
  const std::vector<Bytes> blocks = {noise(512, 1), noise(4, 2), noise(3U << 20, 3), noise(70, 4)};
  const std::vector<BlockPointer> pointers = place_all(appender, blocks);
  Fetcher::Options options;
  options.word_order = order;
  Fetcher fetcher(*vault, options);
  for (const BlockPointer& pointer : pointers) fetcher.request(pointer);
  for (unsigned i = 0; i < 3; ++i) {
    const Fetcher::Block block = fetcher.take();
    CHECK(equal(block.bytes, blocks[i]));
    CHECK(block.sum == crypto::fletcher4(blocks[i], order));
  }
  CHECK_THROWS_WITH(fetcher.take(), ContainsSubstring("a block of 70 bytes"));
}

TEST_CASE("a block is read back before it is settled, committed or even written") {
  const auto vault = open(new_memory_vault());
  Appender appender(*vault);
  for (unsigned i = 0; i < 40; ++i) {
    const Bytes block = noise(1 + i * 7919 % 50'000, i);
    REQUIRE(vault->read(appender.append(block)) == block);
  }
}

TEST_CASE("what was not committed is cut off, and a new segment is removed") {
  const auto storage = new_memory_vault();
  const auto vault = open(storage);
  {
    Appender appender(*vault);
    place_all(appender, assorted_blocks(60));
    appender.sync();
  }
  CHECK(storage->segments().empty());
  {
    Appender appender(*vault);
    const BlockPointer block = appender.append(noise(1000, 1));
    Transaction(*vault, appender).commit(block);
  }
  const auto before = storage->contents();
  {
    Appender appender(*vault);
    place_all(appender, assorted_blocks(60));
  }
  CHECK(storage->contents() == before);
}

TEST_CASE("a transaction that is dropped commits nothing, and the appender can go on") {
  const auto vault = open(new_memory_vault());
  Appender appender(*vault);
  const BlockPointer dropped = appender.append(noise(10, 1));
  { Transaction transaction(*vault, appender); }
  CHECK(vault->root().txg == Txg{1});
  Transaction transaction(*vault, appender);
  transaction.release(dropped);
  transaction.commit(appender.append(noise(10, 2)));
  CHECK(vault->root().txg == Txg{2});
  CHECK(used_in_segments(*vault) == used_in_total(*vault));
}

TEST_CASE("appenders side by side have segments of their own, and later ones take them over") {
  const auto storage = new_memory_vault();
  const auto vault = open(storage);
  const auto other = open(storage);
  {
    Appender a(*vault);
    Appender b(*other);
    const BlockPointer in_a = a.append(noise(100, 1));
    const BlockPointer in_b = b.append(noise(100, 2));
    CHECK(in_a.segment != in_b.segment);
    Transaction(*other, b).commit(in_b);
    Transaction transaction(*vault, a);
    CHECK(transaction.base().txg == Txg{2});
    CHECK(transaction.base().catalog == in_b);
    transaction.commit(in_a);
    CHECK(other->read(in_b) == vault->read(in_b));
  }
  Appender c(*vault);
  Appender d(*vault);
  c.append(noise(100, 3));
  d.append(noise(100, 4));
  CHECK(storage->segments().size() == 2);
}

TEST_CASE("a segment is taken over at the length that its last owner committed") {
  const auto storage = new_memory_vault();
  const auto late = open(storage);  // sees the empty vault
  BlockPointer committed;
  {
    const auto vault = open(storage);
    Appender appender(*vault);
    committed = appender.append(noise(5000, 1));
    Transaction(*vault, appender).commit(committed);
  }
  Appender appender(*late);
  const BlockPointer next = appender.append(noise(100, 2));
  CHECK(next.segment == committed.segment);
  CHECK(next.offset > committed.offset);
  CHECK(late->read(committed) == noise(5000, 1));
}

TEST_CASE("a vault open for reading takes no appender") {
  const auto vault = open(new_memory_vault(), Access::kRead);
  CHECK_THROWS_AS(Appender(*vault), Error);
}

TEST_CASE("a damaged block is refused and named, alone and among its neighbours") {
  const auto kind = GENERATE(ChecksumKind::kSha256, ChecksumKind::kFletcher4);
  const auto storage = new_memory_vault({kind});
  const auto vault = open(storage);
  Appender appender(*vault);
  std::vector<BlockPointer> blocks;
  for (unsigned i = 0; i < 8; ++i) blocks.push_back(appender.append(noise(1000, i)));
  appender.sync();
  Bytes byte{static_cast<std::uint8_t>(noise(1000, 5)[77] ^ 1)};
  storage->overwrite(blocks[5].segment, blocks[5].offset + 77, byte);

  CHECK_THROWS_WITH(vault->read(blocks[5]), ContainsSubstring("offset 5000, 1000 bytes"));
  Fetcher fetcher(*vault);
  for (const BlockPointer& block : blocks) fetcher.request(block);
  for (unsigned i = 0; i < 5; ++i) REQUIRE(equal(fetcher.take().bytes, noise(1000, i)));
  CHECK_THROWS_WITH(fetcher.take(), ContainsSubstring("offset 5000, 1000 bytes"));
  for (unsigned i = 6; i < blocks.size(); ++i) CHECK(equal(fetcher.take().bytes, noise(1000, i)));
}

TEST_CASE("impossible pointers are refused before anything is allocated") {
  const auto vault = open(new_memory_vault());
  BlockPointer pointer;
  CHECK_THROWS_AS(vault->read(pointer), Error);
  pointer.length = kMaxBlockBytes + 1;
  CHECK_THROWS_AS(vault->read(pointer), Error);
  pointer.length = 100;
  CHECK_THROWS_AS(vault->read(pointer), Error);  // no such segment
  pointer.offset = ~std::uint64_t{0} - 10;
  CHECK_THROWS_AS(vault->read(pointer), Error);
  CHECK_THROWS_AS(Fetcher(*vault).request(pointer), Error);
}
