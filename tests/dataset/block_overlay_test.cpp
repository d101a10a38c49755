// SPDX-License-Identifier: Apache-2.0
#include "dataset/block_overlay.h"

#include <random>

#include "support/catch.h"
#include "support/temp_directory.h"

using namespace sealift;
using namespace sealift::dataset;
using State = BlockOverlay::State;

namespace {

constexpr std::uint32_t kBlock = 4096;

Bytes filled(std::uint8_t value) {
  return Bytes(kBlock, value);
}

std::uint8_t first_byte(const BlockOverlay& overlay, std::uint64_t block) {
  Bytes bytes(kBlock);
  overlay.read(block, bytes);
  return bytes.front();
}

}  // namespace

TEST_CASE("An overlay holds what was written or cleared last") {
  const sealift::test::TempDirectory directory;
  BlockOverlay overlay(directory.path(), kBlock, os::system_random());
  CHECK(overlay.is_empty());
  CHECK(overlay.state(0) == State::kBase);
  overlay.write(5, filled(1));
  overlay.write(6, filled(2));
  overlay.write(5, filled(3));
  CHECK(first_byte(overlay, 5) == 3);
  CHECK(first_byte(overlay, 6) == 2);
  overlay.clear(6, 100);
  CHECK(overlay.state(6) == State::kZero);
  overlay.write(50, filled(4));
  CHECK(first_byte(overlay, 50) == 4);
  CHECK(overlay.state(51) == State::kZero);
  CHECK(overlay.state(100) == State::kBase);
}

TEST_CASE("The states of an overlay's blocks are those of a map of them") {
  const sealift::test::TempDirectory directory;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    BlockOverlay overlay(directory.path(), kBlock, os::system_random());
    std::vector<State> model(64, State::kBase);
    std::mt19937 random(seed);
    for (int step = 0; step < 60; ++step) {
      const std::uint64_t first = random() % 64;
      const std::uint64_t end = std::min<std::uint64_t>(64, first + random() % 10);
      if (random() % 2 == 0) {
        overlay.write(first, filled(1));
        model[first] = State::kData;
      } else {
        overlay.clear(first, end);
        std::fill(model.begin() + static_cast<int>(first), model.begin() + static_cast<int>(end),
                  State::kZero);
      }
      for (std::uint64_t block = 0; block < 64; ++block) {
        INFO("seed " << seed << ", step " << step << ", block " << block);
        REQUIRE(overlay.state(block) == model[block]);
        const BlockOverlay::Run run = overlay.run(block);
        REQUIRE(run.state == model[block]);
        REQUIRE(run.end > block);
        for (std::uint64_t i = block; i < std::min<std::uint64_t>(run.end, 64); ++i)
          REQUIRE(model[i] == run.state);
      }
    }
  }
}
