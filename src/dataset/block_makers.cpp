// SPDX-License-Identifier: Apache-2.0
#include "dataset/block_makers.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <thread>

namespace sealift::dataset {
namespace {

/// Less is made here sooner than a thread begins with it.
constexpr std::size_t kBytesForThread = 256U << 10;
/// To be made at a time, for each thread.
constexpr std::size_t kBatchBytesOfThread = 1U << 20;
constexpr unsigned kMaxThreads = 8;

}  // namespace

BlockMakers::BlockMakers(const keys::MasterKey* key) {
  const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
  for (unsigned i = 0; i < threads; ++i) makers_.emplace_back(key, os::system_random());
}

std::size_t BlockMakers::batch_bytes() const {
  return kBatchBytesOfThread * makers_.size();
}

bool BlockMakers::is_shared(std::size_t bytes) {
  return bytes >= 2 * kBytesForThread;
}

std::vector<MadeBlock> BlockMakers::make(std::span<const PlainBlock> plain) {
  std::vector<MadeBlock> made(plain.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&](BlockMaker& maker) {
    for (std::size_t i = next++; i < plain.size(); i = next++) made[i] = maker.make(plain[i]);
  };
  std::size_t bytes = 0;
  for (const PlainBlock& each : plain) bytes += each.bytes.size();
  const std::size_t threads = std::clamp<std::size_t>(bytes / kBytesForThread, 1, makers_.size());
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < threads; ++i)
    others.push_back(std::async(std::launch::async, work, std::ref(makers_[i])));
  work(makers_.front());
  for (std::future<void>& other : others) other.get();
  return made;
}

}  // namespace sealift::dataset
