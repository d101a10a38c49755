// SPDX-License-Identifier: Apache-2.0
#include "dataset/block_put.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/data_map.h"
#include "os/sparse.h"

namespace sealift::dataset {

std::uint64_t BytesToPut::blocks() const {
  return divide_up(size, block_size);
}

void BlockPut::Changed::add(const Place& place, const PlainBlock& block) {
  places.push_back(place);
  blocks.push_back(block);
}

void BlockPut::Changed::clear() {
  places.clear();
  blocks.clear();
}

BlockPut::BlockPut(HeadWriter& head, PutState& state)
    : head_(head), state_(state), compression_(head.compression()), makers_(head.key()) {}

bool BlockPut::put(const BytesToPut& what) {
  const std::uint64_t blocks = what.blocks();
  bool is_changed = false;
  std::uint64_t done = 0;  // in blocks
  while (done < blocks) {
    const auto data = os::next_data(what.from.descriptor(), done * what.block_size, what.size);
    const std::uint64_t first = data ? data->first / what.block_size : blocks;
    is_changed |= punch(what, done, first);
    state_.pass(std::min(first * what.block_size, what.size) - done * what.block_size);
    if (!data) break;
    const std::uint64_t end = std::min(blocks, divide_up(data->end, what.block_size));
    is_changed |= put_range(what, first, end);
    done = end;
  }
  return is_changed;
}

bool BlockPut::put_range(const BytesToPut& what, std::uint64_t first_block,
                         std::uint64_t end_block) {
  const std::uint64_t at_once = std::max<std::uint64_t>(1, makers_.batch_bytes() / what.block_size);
  const std::uint32_t type = head_.writer().edit(what.object).type;
  bool is_changed = false;
  Changed changed;
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
        changed.add({what.object, at + i}, {type, compression_, bytes});
      }
    }
    is_changed |= !changed.blocks.empty();
    const std::size_t size = changed.blocks.size() * what.block_size;
    state_.totals.written_bytes += size;
    if (state_.dry_run) continue;
    BlockMakers::is_shared(size) ? write(changed) : keep(changed);
  }
  return is_changed;
}

void BlockPut::keep(const Changed& changed) {
  for (std::size_t i = 0; i < changed.blocks.size(); ++i) {
    PlainBlock block = changed.blocks[i];
    block.bytes = waiting_bytes_.emplace_back(block.bytes.begin(), block.bytes.end());
    waiting_.add(changed.places[i], block);
    waiting_size_ += block.bytes.size();
  }
  if (waiting_size_ >= makers_.batch_bytes()) finish();
}

void BlockPut::finish() {
  write(waiting_);
  waiting_.clear();
  waiting_bytes_.clear();
  waiting_size_ = 0;
}

void BlockPut::write(const Changed& changed) {
  std::vector<MadeBlock> made = makers_.make(changed.blocks);
  for (std::size_t i = 0; i < made.size(); ++i)
    head_.writer().write(changed.places[i].object, changed.places[i].block, std::move(made[i]));
}

bool BlockPut::is_equal(const BytesToPut& what, std::uint64_t block, ByteView bytes) {
  if (!what.before || block > what.before->dnode.max_block) return false;
  const auto old = head_.before()->read(*what.before, block);
  return old && equal(bytes, old->bytes);
}

bool BlockPut::punch(const BytesToPut& what, std::uint64_t first_block, std::uint64_t end_block) {
  if (!what.before) return false;
  bool is_changed = false;
  each_data_run(*head_.before(), *what.before, {first_block, end_block},
                [&](const objset::Geometry::Blocks& run) {
                  if (!state_.dry_run) head_.writer().punch(what.object, run.first, run.end);
                  is_changed = true;
                });
  return is_changed;
}

}  // namespace sealift::dataset
