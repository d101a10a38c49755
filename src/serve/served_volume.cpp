// SPDX-License-Identifier: Apache-2.0
#include "serve/served_volume.h"

#include <algorithm>

#include "base/checked.h"
#include "dataset/data_map.h"
#include "dataset/object_types.h"

namespace sealift::serve {

using dataset::BlockOverlay;

namespace {

/// Calls `visit(offset, part)` for the parts of a range of bytes that are in one block each.
template <class Span, class Visit>
void each_part(std::uint64_t offset, Span bytes, std::uint32_t block_size, Visit&& visit) {
  while (!bytes.empty()) {
    const std::size_t part =
        std::min<std::uint64_t>(bytes.size(), block_size - offset % block_size);
    visit(offset, bytes.first(part));
    bytes = bytes.subspan(part);
    offset += part;
  }
}

}  // namespace

ServedVolume::ServedVolume(const dataset::VolumeShape& shape, const std::optional<Origin>& contents,
                           BlockOverlay* overlay, unsigned threads)
    : shape_(shape), overlay_(overlay) {
  if (!contents) return;
  base_.emplace(*contents, threads);
  object_ = base_->borrow().plaintext().get(dataset::kVolumeObject);
}

std::uint64_t ServedVolume::blocks() const {
  return divide_up(shape_.size, shape_.block_size);
}

// -- Reading -------------------------------------------------------------------------------------

void ServedVolume::read_base(std::uint64_t offset, ByteSpan into) {
  if (object_) return base_->read(object_, offset, into);
  std::fill(into.begin(), into.end(), std::uint8_t{0});
}

void ServedVolume::read(std::uint64_t offset, ByteSpan into) {
  if (overlay_ == nullptr) return read_base(offset, into);
  const std::shared_lock order(order_);
  each_part(offset, into, shape_.block_size,
            [&](std::uint64_t at, ByteSpan part) { read_block_part(at, part); });
}

void ServedVolume::read_block_part(std::uint64_t offset, ByteSpan into) {
  const std::uint64_t block = offset / shape_.block_size;
  const std::lock_guard lock(stripes_[block % kStripes]);
  switch (overlay_->state(block)) {
    case BlockOverlay::State::kBase:
      return read_base(offset, into);
    case BlockOverlay::State::kZero:
      std::fill(into.begin(), into.end(), std::uint8_t{0});
      return;
    case BlockOverlay::State::kData:
      break;
  }
  const Bytes whole = current(block);
  const auto from = static_cast<std::ptrdiff_t>(offset % shape_.block_size);
  std::copy_n(whole.begin() + from, into.size(), into.begin());
}

/// What the block holds now; its stripe is locked.
Bytes ServedVolume::current(std::uint64_t block) {
  Bytes bytes(shape_.block_size);
  const BlockOverlay::State state = overlay_->state(block);
  if (state == BlockOverlay::State::kData) overlay_->read(block, bytes);
  if (state == BlockOverlay::State::kBase) read_base(block * shape_.block_size, bytes);
  return bytes;
}

// -- Writing -------------------------------------------------------------------------------------

void ServedVolume::write(std::uint64_t offset, ByteView bytes) {
  const std::shared_lock order(order_);
  each_part(offset, bytes, shape_.block_size,
            [&](std::uint64_t at, ByteView part) { write_block_part(at, part); });
}

void ServedVolume::write_block_part(std::uint64_t offset, ByteView bytes) {
  const std::uint64_t block = offset / shape_.block_size;
  const std::lock_guard lock(stripes_[block % kStripes]);
  if (bytes.size() == shape_.block_size) return overlay_->write(block, bytes);
  Bytes whole = current(block);
  const auto at = static_cast<std::ptrdiff_t>(offset % shape_.block_size);
  std::copy(bytes.begin(), bytes.end(), whole.begin() + at);
  overlay_->write(block, whole);
}

/// A block that ends with the volume is whole, too.
ServedVolume::Blocks ServedVolume::whole_blocks(Range range) const {
  const std::uint64_t end = range.offset + range.length;
  const std::uint64_t first = divide_up(range.offset, shape_.block_size);
  return {first, end == shape_.size ? blocks() : end / shape_.block_size};
}

void ServedVolume::trim(Range range) {
  const Blocks whole = whole_blocks(range);
  const std::unique_lock order(order_);
  overlay_->clear(whole.first, whole.end);
}

void ServedVolume::zero(Range range) {
  const Blocks whole = whole_blocks(range);
  const std::uint64_t end = range.offset + range.length;
  const Bytes zeros(shape_.block_size);
  if (whole.first >= whole.end) {
    const auto write_zeros = [&](std::uint64_t from, std::uint64_t to) {
      if (from < to) write(from, ByteView(zeros).first(to - from));
    };
    // Within one block, or across the border of two.
    const std::uint64_t border = std::clamp(whole.first * shape_.block_size, range.offset, end);
    write_zeros(range.offset, border);
    write_zeros(border, end);
    return;
  }
  const std::uint64_t first = whole.first * shape_.block_size;
  const std::uint64_t behind = std::min(end, whole.end * shape_.block_size);
  write(range.offset, ByteView(zeros).first(first - range.offset));
  trim({first, behind - first});
  write(behind, ByteView(zeros).first(end - behind));
}

// -- Holes ---------------------------------------------------------------------------------------

/// In blocks, and not beyond `end`.
ServedVolume::Extent ServedVolume::base_run(std::uint64_t block, std::uint64_t end) {
  if (!object_) return {end - block, true};
  const auto view = base_->borrow();
  const std::uint64_t data =
      dataset::next_data_block(view.plaintext(), *object_, block).value_or(end);
  if (data > block) return {std::min(data, end) - block, true};
  const std::uint64_t hole =
      dataset::next_hole_block(view.plaintext(), *object_, block).value_or(end);
  return {std::min(hole, end) - block, false};
}

/// In blocks.
ServedVolume::Extent ServedVolume::run_at(std::uint64_t block) {
  BlockOverlay::Run run{BlockOverlay::State::kBase, blocks()};
  if (overlay_ != nullptr) run = overlay_->run(block);
  const std::uint64_t end = std::min(run.end, blocks());
  if (run.state == BlockOverlay::State::kBase) return base_run(block, end);
  return {end - block, run.state == BlockOverlay::State::kZero};
}

std::vector<ServedVolume::Extent> ServedVolume::extents(Range range, std::size_t max_extents) {
  std::vector<Extent> found;
  std::uint64_t at = range.offset;
  const std::uint64_t end = range.offset + range.length;
  while (at < end) {
    const std::uint64_t block = at / shape_.block_size;
    const Extent run = run_at(block);
    const std::uint64_t run_end = std::min(end, (block + run.length) * shape_.block_size);
    if (!found.empty() && found.back().is_hole == run.is_hole) {
      found.back().length += run_end - at;
    } else if (found.size() == max_extents) {
      break;
    } else {
      found.push_back({run_end - at, run.is_hole});
    }
    at = run_end;
  }
  return found;
}

}  // namespace sealift::serve
