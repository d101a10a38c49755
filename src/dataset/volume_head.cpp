// SPDX-License-Identifier: Apache-2.0
#include "dataset/volume_head.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/data_map.h"
#include "dataset/object_types.h"

namespace sealift::dataset {
namespace {

/// What is written through the volume goes on from what it holds, so nothing is lost wherever that
/// came from.
PutRequest request_for(const std::string& dataset, const KeyAccess& key) {
  PutRequest request;
  request.dataset = dataset;
  request.key = key;
  request.diverged = Diverged::kReplace;
  return request;
}

}  // namespace

VolumeHead::VolumeHead(vault::Vault& vault, const std::string& dataset, const KeyAccess& key)
    : writer_(vault, request_for(dataset, key)), makers_(writer_.key()) {
  if (!writer_.is_volume()) fail(ErrorKind::kUsage, "it is no volume");
  shape_ = shape_of(writer_);
  if (Plaintext* contents = writer_.before()) before_ = contents->get(kVolumeObject);
}

std::uint64_t VolumeHead::blocks() const {
  return divide_up(shape_.size, shape_.block_size);
}

std::uint64_t VolumeHead::commit(const BlockOverlay& overlay, const Moment& moment) {
  if (overlay.is_empty()) return 0;
  if (!before_) {
    create_volume(writer_);
    is_changed_ = true;
  }
  for (std::uint64_t at = 0; at < blocks();) {
    const BlockOverlay::Run run = overlay.run(at);
    const std::uint64_t end = std::min(run.end, blocks());
    if (run.state == BlockOverlay::State::kData) write_run(overlay, at, end);
    if (run.state == BlockOverlay::State::kZero) punch_run(at, end);
    at = end;
  }
  if (is_changed_) writer_.commit(moment);
  return written_bytes_;
}

void VolumeHead::write_run(const BlockOverlay& overlay, std::uint64_t first, std::uint64_t end) {
  const std::size_t at_once = std::max<std::uint64_t>(1, makers_.batch_bytes() / shape_.block_size);
  std::vector<Changed> batch;
  for (std::uint64_t block = first; block < end; ++block) {
    Changed changed{block, Bytes(shape_.block_size)};
    overlay.read(block, changed.bytes);
    if (all_zero(changed.bytes)) {
      punch_run(block, block + 1);
    } else if (!is_equal(changed)) {
      batch.push_back(std::move(changed));
    }
    if (batch.size() < at_once && block + 1 < end) continue;
    write_batch(batch);
    batch.clear();
  }
}

bool VolumeHead::is_equal(const Changed& changed) {
  if (!before_) return false;
  const auto old = writer_.before()->read(*before_, changed.block);
  return old && old->bytes == changed.bytes;
}

void VolumeHead::write_batch(const std::vector<Changed>& batch) {
  if (batch.empty()) return;
  std::vector<PlainBlock> plain;
  for (const Changed& each : batch)
    plain.push_back({object_type::kVolume, writer_.compression(), each.bytes});
  std::vector<MadeBlock> made = makers_.make(plain);
  for (std::size_t i = 0; i < batch.size(); ++i)
    writer_.writer().write(kVolumeObject, batch[i].block, std::move(made[i]));
  written_bytes_ += batch.size() * shape_.block_size;
  is_changed_ = true;
}

void VolumeHead::punch_run(std::uint64_t first, std::uint64_t end) {
  if (!before_) return;
  each_data_run(*writer_.before(), *before_, {first, end},
                [&](const objset::Geometry::Blocks& run) {
                  writer_.writer().punch(kVolumeObject, run.first, run.end);
                  is_changed_ = true;
                });
}

}  // namespace sealift::dataset
