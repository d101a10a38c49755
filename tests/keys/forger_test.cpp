// SPDX-License-Identifier: Apache-2.0
#include "keys/forger.h"

#include <map>

#include "keys/key_world.h"
#include "keys/verifier.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::Forger;
using keys::test::KeyWorld;

namespace {

std::uint64_t faults_of(KeyWorld& world, const MasterKey& key, const vault::BlockPointer& root) {
  std::uint64_t faults = 0;
  Verifier verifier(world.vault(), &key, Depth::kBlocks, [&](const Fault&) { ++faults; });
  try {
    verifier.verify(objset::read_object_set(world.vault(), root));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    ++faults;
  }
  return faults;
}

}  // namespace

TEST_CASE("experiment: which flipped bits survive", "[.]") {
  const auto& all = sealift::test::reference_streams();
  const auto stream = std::find_if(all.begin(), all.end(), [](const auto& each) {
    return each.file == "2.1.11/enc-vol-16k/s1.zfs";
  });
  KeyWorld world;
  world.receive(*stream, "tank/sealed");
  const MasterKey key = world.open("tank/sealed", stream->key);
  const auto root = world.snapshot("tank/sealed", "s1").objset;

  std::vector<std::pair<Forger::What, std::size_t>> blocks;
  Forger(world.vault(), [&](Forger::What what, Bytes& bytes) {
    blocks.emplace_back(what, bytes.size());
  }).forge(root);
  std::printf("%zu blocks\n", blocks.size());
  bool had_data = false;
  for (std::size_t number = 0; number < blocks.size(); ++number) {
    const auto [what, size] = blocks[number];
    std::printf("block %zu kind %d size %zu: ", number, int(what), size);
    if (what == Forger::What::kData && had_data) { std::printf("-\n"); continue; }
    had_data |= what == Forger::What::kData;
    std::map<std::size_t, int> survived;
    const std::size_t step = what == Forger::What::kData ? 997 : 3;
    for (std::size_t bit = number % 3; bit < size * 8; bit += step) {
      std::size_t at = 0;
      Forger forger(world.vault(), [&](Forger::What, Bytes& bytes) {
        if (at++ == number) bytes[bit / 8] ^= 1U << bit % 8;
      });
      if (faults_of(world, key, forger.forge(root)) == 0) ++survived[bit / 8];
    }
    std::printf("survived in %zu bytes:", survived.size());
    for (const auto& [byte, count] : survived) std::printf(" %zu", byte);
    std::printf("\n");
  }
}
