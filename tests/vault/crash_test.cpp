// SPDX-License-Identifier: Apache-2.0
// Whatever the moment of a crash, and whatever of the unsynced writes reached the disk: the vault
// opens with the last committed state, whole, and can be written again.
#include "sealift/error.h"
#include "support/catch.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;
using sealift::test::PowerFailure;

namespace {

constexpr unsigned kCommits = 16;

/// One step of a history that grows, shrinks and overwrites, so that there is space to return.
void edit(Tree& tree, Model& model, unsigned step) {
  std::mt19937 random(step);
  for (unsigned i = 0; i < 60; ++i) {
    const std::string key = numbered(random() % 200);
    if (random() % 3 == 0) {
      tree.erase(key);
      model.erase(key);
    } else {
      tree.put(key, model[key] = std::string(random() % 900, static_cast<char>('a' + step)));
    }
  }
}

/// Segments so short that the history fills many, and frees some wholly.
std::shared_ptr<MemoryStorage> new_vault() {
  return new_memory_vault({ChecksumKind::kSha256, 100'000});
}

/// Runs the history until it is over or the power fails. Returns the states committed.
std::vector<Model> run(const std::shared_ptr<MemoryStorage>& storage) {
  std::vector<Model> committed{Model{}};
  try {
    const auto vault = open(storage);
    std::optional<Appender> appender(*vault);
    Tree tree(*vault, {});
    for (unsigned step = 0; step < kCommits; ++step) {
      Model model = committed.back();
      edit(tree, model, step);
      if (step % 4 == 3) appender.emplace(*vault);  // ends one writer's ownership, starts another's
      commit(*vault, *appender, tree);
      committed.push_back(std::move(model));
    }
  } catch (const PowerFailure&) {
  }
  return committed;
}

void require_only_committed_bytes(const Vault& vault, const MemoryStorage& storage) {
  for (const Storage::SegmentFile& file : storage.segments()) {
    REQUIRE(vault.impl().committed_length(vault.impl().uberblock(), file.id) == file.length);
  }
}

}  // namespace

TEST_CASE("a crash at any operation leaves the last committed state") {
  std::vector<Model> history = run(new_vault());
  const auto whole = new_vault();
  run(whole);
  const std::uint64_t operations = whole->operations();
  REQUIRE(operations > 4 * kCommits);
  REQUIRE(whole->segments().size() < open(whole)->impl().uberblock().next_segment);

  for (std::uint64_t crash = 0; crash < operations; ++crash) {
    for (std::uint32_t seed = 0; seed < 4; ++seed) {
      CAPTURE(crash, seed);
      const auto storage = new_vault();
      storage->fail_at(crash);
      const std::size_t committed = run(storage).size() - 1;

      const auto left = storage->after_crash(seed);
      const auto vault = open(left);
      // The commit under way may have taken place: its uberblock was being written.
      const std::uint64_t txg = vault->root().txg.value - 1;
      REQUIRE((txg == committed || txg == committed + 1));
      REQUIRE(contents(*vault) == history[txg]);
      REQUIRE(used_in_segments(*vault) == used_in_total(*vault));
      require_only_committed_bytes(*vault, *left);
    }
  }
}

TEST_CASE("after a crash the history goes on, through further crashes") {
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  auto storage = new_vault();
  Model model;
  for (unsigned round = 0; round < 60; ++round) {
    CAPTURE(round);
    storage->fail_at(storage->operations() + random() % 40);
    Model next = model;
    std::uint64_t before = 0;
    try {
      const auto vault = open(storage);
      Appender appender(*vault);
      Tree tree(*vault, vault->root().catalog);
      before = vault->root().txg.value;
      for (;;) {
        next = model;
        edit(tree, next, random() % 26);
        commit(*vault, appender, tree);
        before = vault->root().txg.value;
        model = next;
      }
    } catch (const PowerFailure&) {
    }
    storage = storage->after_crash(static_cast<std::uint32_t>(random()));
    const auto vault = open(storage);
    if (before != 0 && vault->root().txg.value > before) model = next;
    REQUIRE(contents(*vault) == model);
    REQUIRE(used_in_segments(*vault) == used_in_total(*vault));
  }
}

TEST_CASE("a full disk is a passing condition, and the vault as before") {
  const auto storage = new_vault();
  const auto vault = open(storage);
  Model model;
  {
    Appender appender(*vault);
    Tree tree(*vault, {});
    edit(tree, model, 1);
    commit(*vault, appender, tree);
  }
  const auto before = storage->contents();
  std::uint64_t used = 0;
  for (const auto& [id, bytes] : before) used += bytes.size();
  storage->limit_bytes(used + 10'000);
  {
    Appender appender(*vault);
    Tree tree(*vault, vault->root().catalog);
    for (unsigned i = 0; i < 100; ++i) tree.put(numbered(i), std::string(1000, 'x'));
    try {
      commit(*vault, appender, tree);
      FAIL("a full disk went unnoticed");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kRetry);
    }
  }
  CHECK(storage->contents() == before);
  CHECK(contents(*open(storage)) == model);
}
