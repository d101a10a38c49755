// SPDX-License-Identifier: Apache-2.0
#include "dataset/block_put.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include "base/error.h"
#include "os/sparse.h"

namespace sealift::dataset {
namespace {

/// Read, or kept of small files, in one go, for each thread.
constexpr std::uint64_t kReadBytes = 1U << 20;
/// Less is made here sooner than a thread begins with it.
constexpr std::size_t kBytesForThread = 256U << 10;
constexpr unsigned kMaxThreads = 8;

std::uint64_t blocks_for(std::uint64_t bytes, std::uint64_t block_size) {
  return (bytes + block_size - 1) / block_size;
}

}  // namespace

std::uint64_t BytesToPut::blocks() const {
  return blocks_for(size, block_size);
}

BlockPut::BlockPut(HeadWriter& head, PutState& state)
    : head_(head), state_(state), compression_(head.compression()) {
  const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
  for (unsigned i = 0; i < threads; ++i) makers_.emplace_back(head.key(), os::system_random());
}

bool BlockPut::put(const BytesToPut& what) {
  const std::uint64_t blocks = what.blocks();
  bool is_changed = false;
  std::uint64_t done = 0;  // in blocks
  while (done < blocks) {
    const auto data = os::next_data(what.from.descriptor(), done * what.block_size, what.size);
    const std::uint64_t first = data ? data->first / what.block_size : blocks;
    is_changed |= punch(what, done, first);
    if (!data) break;
    const std::uint64_t end = std::min(blocks, blocks_for(data->end, what.block_size));
    is_changed |= put_range(what, first, end);
    done = end;
  }
  return is_changed;
}

bool BlockPut::put_range(const BytesToPut& what, std::uint64_t first_block,
                         std::uint64_t end_block) {
  const std::uint64_t at_once =
      std::max<std::uint64_t>(1, kReadBytes * makers_.size() / what.block_size);
  const std::uint32_t type = head_.writer().edit(what.object).type;
  bool is_changed = false;
  std::vector<Changed> changed;
  for (std::uint64_t at = first_block; at < end_block; at += at_once) {
    const std::uint64_t count = std::min(at_once, end_block - at);
    buffer_.assign(count * what.block_size, 0);
    const std::uint64_t offset = at * what.block_size;
    const std::uint64_t wanted = std::min<std::uint64_t>(buffer_.size(), what.size - offset);
    state_.read(what.from.read_at(offset, ByteSpan(buffer_).first(wanted)));
    changed.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      const ByteView bytes = ByteView(buffer_).subspan(i * what.block_size, what.block_size);
      if (all_zero(bytes)) {
        is_changed |= punch(what, at + i, at + i + 1);
      } else if (!is_equal(what, at + i, bytes)) {
        changed.push_back({what.object, at + i, type, bytes});
      }
    }
    is_changed |= !changed.empty();
    const std::size_t size = changed.size() * what.block_size;
    state_.totals.written_bytes += size;
    if (state_.dry_run) continue;
    size < 2 * kBytesForThread ? keep(changed) : write(changed);
  }
  return is_changed;
}

void BlockPut::keep(const std::vector<Changed>& changed) {
  for (const Changed& each : changed) {
    const Bytes& kept = waiting_bytes_.emplace_back(each.bytes.begin(), each.bytes.end());
    waiting_.push_back({each.object, each.block, each.object_type, kept});
    waiting_size_ += kept.size();
  }
  if (waiting_size_ >= kReadBytes * makers_.size()) finish();
}

void BlockPut::finish() {
  write(waiting_);
  waiting_.clear();
  waiting_bytes_.clear();
  waiting_size_ = 0;
}

void BlockPut::write(const std::vector<Changed>& changed) {
  if (changed.empty()) return;
  std::vector<MadeBlock> made = make(changed);
  for (std::size_t i = 0; i < changed.size(); ++i)
    head_.writer().write(changed[i].object, changed[i].block, std::move(made[i]));
}

/// Compressing is most of the work: each thread takes the next block that nobody has.
std::vector<MadeBlock> BlockPut::make(const std::vector<Changed>& changed) {
  std::vector<MadeBlock> made(changed.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&](BlockMaker& maker) {
    for (std::size_t i = next++; i < changed.size(); i = next++)
      made[i] = maker.make({changed[i].object_type, compression_, changed[i].bytes});
  };
  std::size_t bytes = 0;
  for (const Changed& each : changed) bytes += each.bytes.size();
  const std::size_t threads = std::clamp<std::size_t>(bytes / kBytesForThread, 1, makers_.size());
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < threads; ++i)
    others.push_back(std::async(std::launch::async, work, std::ref(makers_[i])));
  work(makers_.front());
  for (std::future<void>& other : others) other.get();
  return made;
}

bool BlockPut::is_equal(const BytesToPut& what, std::uint64_t block, ByteView bytes) {
  if (!what.before || block > what.before->dnode.max_block) return false;
  const auto old = head_.before()->read(*what.before, block);
  return old && equal(bytes, old->bytes);
}

/// Holes that are there stay as they are: their age is theirs.
bool BlockPut::punch(const BytesToPut& what, std::uint64_t first_block, std::uint64_t end_block) {
  if (!what.before || first_block >= end_block) return false;
  const objset::Dnode& before = what.before->dnode;
  bool is_changed = false;
  for (std::uint64_t i = 0; i < before.pointers.size(); ++i)
    is_changed |= punch_below(what, before.pointers[i], {before.geometry.levels - 1U, i},
                              {first_block, end_block});
  return is_changed;
}

bool BlockPut::punch_below(const BytesToPut& what, const objset::Entry& entry, Spot at,
                           const objset::Geometry::Blocks& range) {
  const objset::Geometry& geometry = what.before->dnode.geometry;
  const objset::Geometry::Blocks here = geometry.blocks_of(at.level, at.index);
  if (entry.is_hole() || here.end <= range.first || here.first >= range.end) return false;
  if (at.level == 0) {
    if (!state_.dry_run) head_.writer().punch(what.object, at.index, at.index + 1);
    return true;
  }
  bool is_changed = false;
  const Plaintext::Node node = head_.before()->node(entry, geometry);
  for (std::uint64_t i = 0; i < node->size(); ++i)
    is_changed |= punch_below(what, (*node)[i],
                              {at.level - 1, (at.index << geometry.entry_shift()) + i}, range);
  return is_changed;
}

}  // namespace sealift::dataset
