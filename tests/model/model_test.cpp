// SPDX-License-Identifier: Apache-2.0
// Random histories over three vaults against a small model. A history is a seed; those that once
// found a fault are kept in seeds.txt.
//
//   SEALIFT_MODEL_STEPS=1000000 SEALIFT_MODEL_SEED=7 model_test     more of them, from a seed on
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "model/history.h"
#include "support/catch.h"

namespace {

using namespace sealift;

constexpr std::size_t kStepsOfHistory = 500;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

using Counts = std::map<std::string, model::History::Count>;

void run(std::uint64_t seed, Counts& counts) {
  model::History history(seed);
  history.run(kStepsOfHistory);
  for (const auto& [name, count] : history.counts()) {
    counts[name].done += count.done;
    counts[name].refused += count.refused;
  }
}

}  // namespace

TEST_CASE("Histories that once went wrong do not any more") {
  std::ifstream kept(SEALIFT_MODEL_SEEDS);
  REQUIRE(kept.good());
  Counts counts;
  for (std::string line; std::getline(kept, line);)
    if (!line.empty() && line.front() != '#') CHECK_NOTHROW(run(std::stoull(line), counts));
}

namespace {

/// A quarter of all, so that they run side by side.
void run_quarter(std::uint64_t quarter) {
  const std::uint64_t steps = setting("SEALIFT_MODEL_STEPS", 100'000) / 4;
  const std::uint64_t first =
      setting("SEALIFT_MODEL_SEED", 1) + quarter * (steps / kStepsOfHistory + 1);
  Counts counts;
  for (std::uint64_t done = 0; done < steps; done += kStepsOfHistory)
    CHECK_NOTHROW(run(first + done / kStepsOfHistory, counts));
  for (const auto& [name, count] : counts)
    std::cout << name << ": " << count.done << " done, " << count.refused << " refused\n";
  if (steps < 5'000) return;
  for (const auto& [name, count] : counts) {
    CAPTURE(name);
    CHECK(count.done + count.refused > steps / 10'000);
  }
}

}  // namespace

TEST_CASE("Whatever happens, every snapshot opens with the key that it should: histories 1") {
  run_quarter(0);
}
TEST_CASE("Whatever happens, every snapshot opens with the key that it should: histories 2") {
  run_quarter(1);
}
TEST_CASE("Whatever happens, every snapshot opens with the key that it should: histories 3") {
  run_quarter(2);
}
TEST_CASE("Whatever happens, every snapshot opens with the key that it should: histories 4") {
  run_quarter(3);
}
