// SPDX-License-Identifier: Apache-2.0
#include "objset/release.h"

#include <algorithm>
#include <random>

#include "objset/world.h"
#include "support/catch.h"

namespace sealift::objset {
namespace {

using test::Reach;
using test::State;
using test::World;

/// The chains of the reference streams: directory -> file of the full stream and the increments.
std::map<std::string, std::vector<std::string>> chains() {
  std::map<std::string, std::map<std::string, std::string>> by_target;
  for (const auto& stream : sealift::test::reference_streams()) {
    const std::string directory = stream.file.substr(0, stream.file.rfind('/'));
    const bool is_step = (stream.kind == "full" && stream.to == "s1") ||
                         (stream.kind == "incr" && stream.from.size() == 2 &&
                          stream.to.size() == 2 && stream.to[1] == stream.from[1] + 1);
    if (is_step) by_target[directory][stream.to] = stream.path();
  }
  std::map<std::string, std::vector<std::string>> chains;
  for (const auto& [directory, files] : by_target)
    for (const auto& [to, file] : files) chains[directory].push_back(file);
  return chains;
}

std::set<test::Address> reached(World& world, const std::vector<State>& states) {
  std::set<test::Address> all;
  for (const State& state : states) all.merge(Reach(world.vault(), state.root).blocks);
  return all;
}

TEST_CASE("destroying gives back what nothing else reaches, and nothing more") {
  for (const auto& [name, files] : chains()) {
    CAPTURE(name);
    World world;
    std::vector<State> states;
    for (const std::string& file : files) {
      const Bytes bytes = sealift::test::read_file(file);
      states.push_back(test::receive(world, bytes, states.empty() ? nullptr : &states.back()));
    }
    std::mt19937 random(static_cast<unsigned>(files.size()));
    while (states.size() > 1) {
      const std::size_t victim = random() % (states.size() - 1);
      const std::set<test::Address> before = reached(world, states);
      const Unshared what{states[victim].root,
                          victim == 0 ? Birth{} : states[victim - 1].birth,
                          {states[victim + 1].root}};
      states.erase(states.begin() + static_cast<std::ptrdiff_t>(victim));
      const std::set<test::Address> after = reached(world, states);
      std::set<test::Address> released;
      release_unshared(world.vault(), what, [&](const vault::BlockPointer& block) {
        CHECK(released.insert(test::address(block)).second);
      });
      std::set<test::Address> expected;
      std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                          std::inserter(expected, expected.end()));
      CHECK(released == expected);
    }
  }
}

TEST_CASE("the ledger tells what a receive adds and what dies") {
  for (const auto& [name, files] : chains()) {
    CAPTURE(name);
    World world;
    std::optional<State> last;
    std::uint64_t referenced = 0;
    for (const std::string& file : files) {
      const Bytes bytes = sealift::test::read_file(file);
      const State state = test::receive(world, bytes, last ? &*last : nullptr);
      referenced += state.ledger.added_bytes;
      for (const auto& [birth, dead] : state.ledger.dead) referenced -= dead;
      CHECK(referenced == Reach(world.vault(), state.root).bytes());
      last = state;
    }
  }
}

}  // namespace
}  // namespace sealift::objset
