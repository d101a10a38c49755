// SPDX-License-Identifier: Apache-2.0
#include "serve/read_ahead.h"

#include <set>

#include "base/error.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::serve;

namespace {

constexpr std::uint32_t kBlock = 1U << 20;  // so four are fetched ahead

dataset::ObjectPtr object_of(std::uint64_t number, std::uint64_t blocks) {
  auto object = std::make_shared<dataset::Object>();
  object->number = number;
  object->dnode.block_size = kBlock;
  object->dnode.max_block = blocks - 1;
  return object;
}

/// What was fetched, however late.
struct Fetched {
  std::mutex mutex;
  std::condition_variable changed;
  std::multiset<std::uint64_t> blocks;

  ReadAhead::Fetch fetch() {
    return [this](const dataset::ObjectPtr&, std::uint64_t block) {
      {
        const std::lock_guard lock(mutex);
        blocks.insert(block);
      }
      changed.notify_all();
      if (block == 3) fail(ErrorKind::kDamaged, "a block that cannot be read");
    };
  }
  std::multiset<std::uint64_t> wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return blocks.size() >= count; });
    return blocks;
  }
};

using Blocks = std::multiset<std::uint64_t>;

}  // namespace

TEST_CASE("What is read in order is fetched ahead, once, and not beyond the end") {
  Fetched fetched;
  ReadAhead ahead(2, fetched.fetch());
  const auto object = object_of(7, 8);
  ahead.note(object, 0);
  ahead.note(object, 1);
  CHECK(fetched.wait_for(4) == Blocks{2, 3, 4, 5});
  ahead.note(object, 1);
  ahead.note(object, 3);  // which overtook 2
  ahead.note(object, 2);
  ahead.note(object, 7);
  CHECK(fetched.wait_for(6) == Blocks{2, 3, 4, 5, 6, 7});
}

TEST_CASE("What is read here and there is not fetched ahead") {
  Fetched fetched;
  {
    ReadAhead ahead(2, fetched.fetch());
    const auto object = object_of(7, 1000);
    for (const std::uint64_t block : {500, 100, 900, 300, 0, 700}) ahead.note(object, block);
  }
  CHECK(fetched.blocks.empty());
}

TEST_CASE("Readers of several files do not disturb each other") {
  Fetched fetched;
  ReadAhead ahead(1, fetched.fetch());
  const auto one = object_of(1, 3);
  const auto two = object_of(2, 4);
  ahead.note(one, 0);
  ahead.note(two, 0);
  ahead.note(one, 1);
  ahead.note(two, 1);
  CHECK(fetched.wait_for(3) == Blocks{2, 2, 3});
}
