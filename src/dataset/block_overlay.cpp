// SPDX-License-Identifier: Apache-2.0
#include "dataset/block_overlay.h"

#include <algorithm>
#include <mutex>

#include "base/endian.h"
#include "base/error.h"

namespace sealift::dataset {
namespace {

constexpr std::size_t kKeyBytes = 32;

crypto::Secret random_key(const os::Random& random) {
  crypto::Secret key(kKeyBytes);
  random.fill(key.span());
  return key;
}

/// A block is bound to its place.
std::array<std::uint8_t, 8> place_of(std::uint64_t block) {
  std::array<std::uint8_t, 8> bytes{};
  store(bytes.data(), block, Endian::kLittle);
  return bytes;
}

}  // namespace

BlockOverlay::BlockOverlay(const std::filesystem::path& directory, std::uint32_t block_size,
                           const os::Random& random)
    : block_size_(block_size),
      file_(os::File::create_unnamed(directory)),
      key_(random_key(random)) {}

/// The key lives no longer than the count, so no IV returns.
crypto::AeadIv BlockOverlay::next_iv() {
  crypto::AeadIv iv{};
  store(iv.data(), ++writes_, Endian::kLittle);
  return iv;
}

BlockOverlay::Run BlockOverlay::run(std::uint64_t block) const {
  const std::shared_lock lock(mutex_);
  auto data = data_.lower_bound(block);
  if (data != data_.end() && data->first == block) {
    std::uint64_t end = block;
    for (; data != data_.end() && data->first == end; ++data) ++end;
    return {State::kData, end};
  }
  const std::uint64_t next_data = data == data_.end() ? UINT64_MAX : data->first;
  const auto behind = cleared_.upper_bound(block);
  if (behind != cleared_.begin()) {
    const auto& [first, end] = *std::prev(behind);
    if (block < end) return {State::kZero, std::min(end, next_data)};
  }
  const std::uint64_t next_cleared = behind == cleared_.end() ? UINT64_MAX : behind->first;
  return {State::kBase, std::min(next_cleared, next_data)};
}

BlockOverlay::State BlockOverlay::state(std::uint64_t block) const {
  const std::shared_lock lock(mutex_);
  if (data_.count(block) != 0) return State::kData;
  const auto behind = cleared_.upper_bound(block);
  const bool is_cleared = behind != cleared_.begin() && block < std::prev(behind)->second;
  return is_cleared ? State::kZero : State::kBase;
}

bool BlockOverlay::is_empty() const {
  const std::shared_lock lock(mutex_);
  return data_.empty() && cleared_.empty();
}

void BlockOverlay::read(std::uint64_t block, ByteSpan into) const {
  Slot slot;
  {
    const std::shared_lock lock(mutex_);
    slot = data_.at(block);
  }
  const auto place = place_of(block);
  const bool is_whole = file_.read_at(block * block_size_, into) == into.size();
  if (!is_whole ||
      !crypto::Aead(crypto::AeadMode::kGcm, key_).open({slot.iv, place}, slot.tag, into, into))
    fail(ErrorKind::kDamaged, "block {} that was written came back as another", block);
}

void BlockOverlay::write(std::uint64_t block, ByteView bytes) {
  const auto place = place_of(block);
  Slot slot{next_iv(), {}};
  Bytes sealed(bytes.size());
  slot.tag = crypto::Aead(crypto::AeadMode::kGcm, key_).seal({slot.iv, place}, bytes, sealed);
  file_.write_at(block * block_size_, sealed);
  const std::unique_lock lock(mutex_);
  data_[block] = slot;
}

void BlockOverlay::clear(std::uint64_t first, std::uint64_t end) {
  if (first >= end) return;
  {
    const std::unique_lock lock(mutex_);
    data_.erase(data_.lower_bound(first), data_.lower_bound(end));
    auto at = cleared_.upper_bound(first);
    if (at != cleared_.begin() && std::prev(at)->second >= first) --at;
    std::uint64_t from = first, to = end;
    while (at != cleared_.end() && at->first <= end) {
      from = std::min(from, at->first);
      to = std::max(to, at->second);
      at = cleared_.erase(at);
    }
    cleared_[from] = to;
  }
  file_.punch(first * block_size_, (end - first) * block_size_);
}

}  // namespace sealift::dataset
