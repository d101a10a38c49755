// SPDX-License-Identifier: Apache-2.0
// What the vault costs apart from everything above it.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <optional>
#include <random>

#include "vault/fetcher.h"
#include "vault/transaction.h"
#include "vault/tree.h"

using namespace sealift;
using namespace sealift::vault;

namespace {

constexpr std::size_t kTotalBytes = std::size_t{2} << 30;

/// A vault under $TMPDIR, removed at the end.
class Scratch {
 public:
  explicit Scratch(ChecksumKind kind) {
    std::filesystem::remove_all(path_);
    Vault::init(path_, {"bench", kind});
    vault = Vault::open(path_, Access::kWrite);
  }
  ~Scratch() {
    vault.reset();
    std::filesystem::remove_all(path_);
  }

  std::unique_ptr<Vault> vault;

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / "sealift-vault-bench";
};

Bytes noise(std::size_t size) {
  std::mt19937_64 random(1);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

ChecksumKind kind_of(const benchmark::State& state) {
  return static_cast<ChecksumKind>(state.range(0));
}

std::vector<BlockPointer> append_all(Appender& appender, std::size_t block_bytes) {
  const Bytes block = noise(block_bytes);
  const std::size_t count = kTotalBytes / block_bytes;
  std::vector<BlockPointer> pointers(count);
  std::vector<Checksum> sums(count);
  std::uint64_t batch = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Appender::Placed placed = appender.place(block, sums[i]);
    pointers[i] = placed.pointer;
    batch = placed.batch;
  }
  appender.settle(batch);
  for (std::size_t i = 0; i < count; ++i) pointers[i].checksum = sums[i];
  return pointers;
}

void append(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    std::optional<Scratch> scratch(kind_of(state));
    std::optional<Appender> appender(*scratch->vault);
    state.ResumeTiming();
    append_all(*appender, static_cast<std::size_t>(state.range(1)));
    Transaction(*scratch->vault, *appender).commit({});
    state.PauseTiming();
    appender.reset();
    scratch.reset();
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(kTotalBytes * state.iterations()));
}

void fetch(benchmark::State& state) {
  Scratch scratch(kind_of(state));
  Appender appender(*scratch.vault);
  const std::vector<BlockPointer> pointers =
      append_all(appender, static_cast<std::size_t>(state.range(1)));
  Transaction(*scratch.vault, appender).commit({});
  for (auto _ : state) {
    Fetcher fetcher(*scratch.vault);
    std::size_t next = 0;
    for (std::size_t taken = 0; taken < pointers.size(); ++taken) {
      while (next < pointers.size() && fetcher.has_room()) fetcher.request(pointers[next++]);
      benchmark::DoNotOptimize(fetcher.take().bytes.data());
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(kTotalBytes * state.iterations()));
}

void scan_tree(benchmark::State& state) {
  Scratch scratch(ChecksumKind::kSha256);
  Appender appender(*scratch.vault);
  Tree tree(*scratch.vault, {});
  for (int i = 0; i < 100'000; ++i) {
    tree.put("dataset/" + std::to_string(100'000 + i), std::string(300, 'v'));
  }
  Transaction transaction(*scratch.vault, appender);
  const BlockPointer root = tree.flush(appender);
  transaction.commit(root);
  for (auto _ : state) {
    std::size_t records = 0;
    Tree(*scratch.vault, root).scan("", [&](std::string_view, std::string_view) {
      return ++records != 0;
    });
    benchmark::DoNotOptimize(records);
  }
}

void commit_one_record(benchmark::State& state) {
  Scratch scratch(ChecksumKind::kSha256);
  Appender appender(*scratch.vault);
  Tree tree(*scratch.vault, {});
  std::mt19937 random(1);
  const auto records = static_cast<unsigned>(state.range(0));
  for (unsigned i = 0; i < records; ++i) tree.put("k" + std::to_string(i), std::string(300, 'v'));
  const auto commit = [&] {
    Transaction transaction(*scratch.vault, appender);
    const BlockPointer root = tree.flush(appender);
    for (const BlockPointer& old : tree.take_replaced()) transaction.release(old);
    transaction.commit(root);
  };
  commit();
  const std::uint64_t before = appender.appended_bytes();
  for (auto _ : state) {
    tree.put("k" + std::to_string(random() % records), std::string(300, 'w'));
    commit();
  }
  state.counters["bytes"] = benchmark::Counter(
      static_cast<double>(appender.appended_bytes() - before), benchmark::Counter::kAvgIterations);
}

const std::vector<std::vector<std::int64_t>> kKindsAndSizes = {{1, 2}, {4 << 10, 128 << 10}};

BENCHMARK(append)->ArgsProduct(kKindsAndSizes)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(fetch)->ArgsProduct(kKindsAndSizes)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(scan_tree)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(commit_one_record)->Arg(1)->Arg(1000)->Arg(100'000)->UseRealTime();

}  // namespace
