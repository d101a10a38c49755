// SPDX-License-Identifier: Apache-2.0
#include "vault/tree.h"

#include "support/catch.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;

namespace {

/// A vault in memory, and one appender.
struct World {
  std::unique_ptr<Vault> vault = open(new_memory_vault());
  Appender appender{*vault};
};

}  // namespace

TEST_CASE("an empty tree has nothing and a null root") {
  World world;
  Tree tree(*world.vault, {});
  CHECK(!tree.get("a"));
  CHECK(!tree.erase("a"));
  CHECK(!tree.is_dirty());
  CHECK(tree.flush(world.appender).is_null());
}

TEST_CASE("what was put is there, after a flush and in a new tree over the root") {
  World world;
  Tree tree(*world.vault, {});
  tree.put("b", "2");
  tree.put("a", "1");
  tree.put("b", "3");
  CHECK(tree.is_dirty());
  const BlockPointer root = tree.flush(world.appender);
  CHECK(!tree.is_dirty());
  CHECK(contents(Tree(*world.vault, root)) == Model{{"a", "1"}, {"b", "3"}});
}

TEST_CASE("erasing everything leaves the null root, and the old one replaced") {
  World world;
  Tree tree(*world.vault, {});
  for (unsigned i = 0; i < 5000; ++i) tree.put(numbered(i), "value");
  const BlockPointer root = tree.flush(world.appender);
  CHECK(tree.take_replaced().empty());
  for (unsigned i = 0; i < 5000; ++i) CHECK(tree.erase(numbered(i)));
  CHECK(tree.is_dirty());
  CHECK(tree.flush(world.appender).is_null());
  const std::vector<BlockPointer> replaced = tree.take_replaced();
  CHECK(std::find(replaced.begin(), replaced.end(), root) != replaced.end());
  CHECK(contents(tree).empty());
}

TEST_CASE("scan begins at a key, keeps to its prefix and stops when told") {
  World world;
  Tree tree(*world.vault, {});
  for (const char* key : {"a", "b1", "b2", "b3", "c"}) tree.put(key, "");
  std::string seen;
  const auto note = [&](std::string_view key, std::string_view) {
    seen += key;
    return key != "b3";
  };
  tree.scan("b", note);
  CHECK(std::exchange(seen, "") == "b1b2b3");
  tree.scan("b", "b2", note);
  CHECK(std::exchange(seen, "") == "b2b3");
  tree.scan("", "b15", note);
  CHECK(std::exchange(seen, "") == "b2b3");
  tree.scan("x", note);
  CHECK(seen.empty());
}

TEST_CASE("last finds the greatest key not above another") {
  World world;
  Tree tree(*world.vault, {});
  for (unsigned i = 0; i < 9000; i += 3) tree.put(numbered(i), std::to_string(i));
  for (unsigned i = 3000; i < 6000; i += 3) tree.erase(numbered(i));
  CHECK(tree.last("k", numbered(4500))->second == "2997");
  CHECK(tree.last("k", numbered(6000))->second == "6000");
  CHECK(tree.last("k", numbered(7))->second == "6");
  CHECK(!tree.last("k", "j"));
  CHECK(!tree.last("l", "lz"));
}

TEST_CASE("values of the greatest size fit, and so do the longest keys") {
  World world;
  Tree tree(*world.vault, {});
  Model model;
  for (unsigned i = 0; i < 40; ++i) {
    model[std::string(1000, 'k') + numbered(i)] = std::string(i % 2 ? 65536 : 10, 'v');
  }
  for (const auto& [key, value] : model) tree.put(key, value);
  CHECK(contents(Tree(*world.vault, tree.flush(world.appender))) == model);
}

TEST_CASE("random histories agree with a map, through commits and reopening") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  World world;
  Model model;
  Tree tree(*world.vault, {});
  for (int step = 0; step < 30; ++step) {
    for (int i = 0; i < 400; ++i) {
      const std::string key = numbered(random() % 3000).substr(0, 1 + random() % 9);
      if (random() % 100 < (step % 10 < 6 ? 75U : 25U)) {
        model[key] = std::string(random() % 300, static_cast<char>('a' + random() % 26));
        tree.put(key, model[key]);
      } else {
        CHECK(tree.erase(key) == (model.erase(key) == 1));
      }
    }
    commit(*world.vault, world.appender, tree);
    REQUIRE(contents(tree) == model);
    if (step % 3 == 0) tree = Tree(*world.vault, world.vault->root().catalog);
    REQUIRE(contents(tree) == model);
  }
}
