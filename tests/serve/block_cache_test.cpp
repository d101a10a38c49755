// SPDX-License-Identifier: Apache-2.0
#include "serve/block_cache.h"

#include <atomic>
#include <thread>
#include <vector>

#include "base/error.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::serve;

namespace {

constexpr std::size_t kBlock = 1000;

/// Reads block n as `kBlock` bytes n, and counts.
struct Reader {
  BlockCache cache;
  std::atomic<int> reads = 0;

  std::uint8_t get(std::uint64_t n) {
    const auto block = cache.get({7, n}, [&] {
      ++reads;
      return std::make_shared<const Bytes>(kBlock, static_cast<std::uint8_t>(n));
    });
    REQUIRE(block->size() == kBlock);
    return block->front();
  }
};

}  // namespace

TEST_CASE("A block that was used lately is not read again") {
  Reader reader{BlockCache(3 * (kBlock + 128)), 0};
  for (const std::uint64_t n : {1, 2, 3, 1, 2, 3}) CHECK(reader.get(n) == n);
  CHECK(reader.reads == 3);
  reader.get(1);
  reader.get(4);  // 2 was used longest ago
  CHECK(reader.reads == 4);
  reader.get(1);
  reader.get(3);
  CHECK(reader.reads == 4);
  reader.get(2);
  CHECK(reader.reads == 5);
}

TEST_CASE("A block that is larger than the cache is given all the same") {
  Reader reader{BlockCache(1), 0};
  for (const std::uint64_t n : {1, 1, 2, 1}) CHECK(reader.get(n) == n);
  CHECK(reader.reads == 3);
}

TEST_CASE("A hole is kept, a failure is not") {
  BlockCache cache(1000);
  int reads = 0;
  const auto hole = [&] {
    ++reads;
    return BlockCache::BlockPtr();
  };
  CHECK(cache.get({1, 1}, hole) == nullptr);
  CHECK(cache.get({1, 1}, hole) == nullptr);
  CHECK(reads == 1);
  const auto broken = [&]() -> BlockCache::BlockPtr {
    ++reads;
    fail(ErrorKind::kDamaged, "broken");
  };
  CHECK_THROWS_AS(cache.get({1, 2}, broken), Error);
  CHECK_THROWS_AS(cache.get({1, 2}, broken), Error);
  CHECK(reads == 3);
}

TEST_CASE("Many threads that want a block read it once") {
  Reader reader{BlockCache(1U << 20), 0};
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (std::uint64_t n = 0; n < 200; ++n) {
        const auto block = reader.cache.get({7, n}, [&] {
          ++reader.reads;
          return std::make_shared<const Bytes>(kBlock, static_cast<std::uint8_t>(n));
        });
        if (block->front() != static_cast<std::uint8_t>(n)) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(reader.reads == 200);
}
