// SPDX-License-Identifier: Apache-2.0
#include "vault/appender.h"

#include <algorithm>

#include "base/error.h"
#include "vault/appender_impl.h"
#include "vault/checksum.h"

namespace sealift::vault {

Appender::Impl::Impl(Vault::Impl& vault, Space space)
    : vault_(vault),
      full_bytes_(vault.identity().segment_bytes),
      pipeline_(std::make_unique<ChunkPipeline>(vault.identity().checksum)) {
  if (vault.access() != Access::kWrite) fail(ErrorKind::kState, "the vault is open for reading");
  if (space == Space::kReserved) {
    std::shared_ptr<SegmentWriter> writer =
        vault_.storage().create_from_reserve(vault_.newest().next_segment);
    if (writer == nullptr) fail(ErrorKind::kRetry, "no space left, and none is set aside");
    owned_.push_back({std::move(writer), 0, 0, false, true});
  }
  vault_.enlist(*this);
}

Appender::Impl::~Impl() {
  vault_.dismiss(*this);
  pipeline_.reset();
  cut_back();
}

void Appender::Impl::cut_back() noexcept {
  for (const Owned& owned : owned_) {
    if (owned.end == owned.committed && !owned.reserved) continue;
    try {
      if (owned.committed == 0) {
        owned.writer->remove();
      } else {
        owned.writer->truncate(owned.committed);
      }
    } catch (...) {
      // A destructor has nobody to tell, and the next writer does it.
    }
  }
}

bool Appender::Impl::owns(std::uint32_t segment) const {
  return std::any_of(owned_.begin(), owned_.end(),
                     [&](const Owned& owned) { return owned.writer->id() == segment; });
}

Appender::Impl::Owned Appender::Impl::claim_or_create() {
  const Vault::Impl::Pin seen = vault_.pin_newest();
  std::vector<std::uint32_t> candidates;
  for (const SegmentGrowth& growth : vault_.tail_of(seen.uberblock).growth) {
    candidates.push_back(growth.segment);
  }
  for (const std::uint32_t open : vault_.space_of(seen.uberblock).open_segments()) {
    candidates.push_back(open);
  }
  for (const std::uint32_t id : candidates) {
    if (owns(id)) continue;
    std::shared_ptr<SegmentWriter> writer = vault_.storage().claim(id);
    if (writer == nullptr) continue;
    // Its last owner may have committed since we looked; from now on nobody can.
    const Vault::Impl::Pin now = vault_.pin_newest();
    const std::optional<std::uint64_t> length = vault_.committed_length(now.uberblock, id);
    if (!length || *length >= full_bytes_) continue;
    if (writer->length() < *length) continue;  // damaged; nothing may be put into the gap
    writer->truncate(*length);
    return {std::move(writer), *length, *length};
  }
  return {vault_.storage().create(seen.uberblock.next_segment)};
}

void Appender::Impl::make_way() {
  if (!owned_.empty() && !is_full(owned_.back())) return;
  // Not under the lock: finding a segment reads the vault, and a read may come back to us.
  Owned next = claim_or_create();
  const std::lock_guard lock(mutex_);
  seal();
  owned_.push_back(std::move(next));
}

BlockPointer Appender::Impl::put(ByteView bytes) {
  SEALIFT_ASSERT(!bytes.empty() && bytes.size() <= kMaxBlockBytes);
  Owned& owned = owned_.back();
  if (chunk_ != nullptr && chunk_->bytes.size() + bytes.size() > ChunkPipeline::kChunkBytes) seal();
  if (chunk_ == nullptr) {
    chunk_ = pipeline_->fresh();
    chunk_->segment = owned.writer;
    chunk_->offset = owned.end;
    chunk_->batch = next_batch_;
    chunk_->bytes.reserve(std::max(bytes.size(), ChunkPipeline::kChunkBytes));
  }
  BlockPointer pointer;
  pointer.segment = owned.writer->id();
  pointer.length = static_cast<std::uint32_t>(bytes.size());
  pointer.offset = owned.end;
  chunk_->bytes.insert(chunk_->bytes.end(), bytes.begin(), bytes.end());
  owned.end += bytes.size();
  owned.dirty = true;
  appended_bytes_ += bytes.size();
  return pointer;
}

BlockPointer Appender::Impl::append(ByteView bytes) {
  const Checksum checksum = checksum_of(vault_.identity().checksum, bytes);
  make_way();
  const std::lock_guard lock(mutex_);
  BlockPointer pointer = put(bytes);
  pointer.checksum = checksum;
  return pointer;
}

Appender::Placed Appender::Impl::place(ByteView bytes, Checksum& checksum) {
  make_way();
  const std::lock_guard lock(mutex_);
  const BlockPointer pointer = put(bytes);
  chunk_->sums.push_back({chunk_->bytes.size() - bytes.size(), bytes.size(), &checksum});
  return {pointer, chunk_->batch};
}

void Appender::Impl::seal() {
  if (chunk_ == nullptr) return;
  ++next_batch_;
  pipeline_->submit(std::move(chunk_));
}

bool Appender::Impl::is_settled(std::uint64_t batch) const {
  {
    const std::lock_guard lock(mutex_);
    if (batch >= next_batch_) return false;
  }
  return pipeline_->is_settled(batch);
}

void Appender::Impl::settle(std::uint64_t batch) {
  {
    const std::lock_guard lock(mutex_);
    if (batch >= next_batch_) seal();
  }
  pipeline_->settle(batch);
}

void Appender::Impl::ensure_written(const Extent& extent) {
  std::uint64_t batch = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto owned = std::find_if(owned_.begin(), owned_.end(), [&](const Owned& candidate) {
      return candidate.writer->id() == extent.segment;
    });
    if (owned == owned_.end() || extent.end() <= owned->committed) return;
    if (chunk_ != nullptr && chunk_->segment->id() == extent.segment &&
        extent.end() > chunk_->offset) {
      seal();
    }
    batch = pipeline_->batch_with(extent);
  }
  if (batch != 0) pipeline_->settle(batch);
}

void Appender::Impl::sync() {
  settle(next_batch_);
  for (Owned& owned : owned_) {
    if (owned.dirty) owned.writer->sync();
    owned.dirty = false;
  }
}

std::vector<SegmentGrowth> Appender::Impl::growth() const {
  std::vector<SegmentGrowth> grown;
  for (const Owned& owned : owned_) {
    if (owned.end == owned.committed && &owned != &owned_.back()) continue;
    grown.push_back({owned.writer->id(), owned.end, owned.end - owned.committed});
  }
  return grown;
}

void Appender::Impl::mark_committed() {
  const std::lock_guard lock(mutex_);
  for (Owned& owned : owned_) owned.committed = owned.end;
  std::erase_if(owned_, [&](const Owned& owned) { return is_full(owned); });
}

void Appender::Impl::abandon() {
  const std::lock_guard lock(mutex_);
  for (Owned& owned : owned_) owned.committed = owned.end;
}

Appender::Appender(Vault& vault, Space space)
    : impl_(std::make_unique<Impl>(vault.impl(), space)) {}
Appender::~Appender() = default;

BlockPointer Appender::append(ByteView bytes) {
  return impl_->append(bytes);
}
Appender::Placed Appender::place(ByteView bytes, Checksum& checksum) {
  return impl_->place(bytes, checksum);
}
bool Appender::is_settled(std::uint64_t batch) const {
  return impl_->is_settled(batch);
}
void Appender::settle(std::uint64_t batch) {
  impl_->settle(batch);
}
std::uint64_t Appender::appended_bytes() const {
  return impl_->appended_bytes();
}
void Appender::sync() {
  impl_->sync();
}

}  // namespace sealift::vault
