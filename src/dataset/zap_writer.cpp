// SPDX-License-Identifier: Apache-2.0
#include "dataset/zap_writer.h"

#include <algorithm>

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"
#include "dataset/zap_format.h"
#include "stream/record_format.h"

namespace sealift::dataset {
namespace {

constexpr unsigned kShift = fat_zap::kDefaultBlockShift;
constexpr std::size_t kFatBlockBytes = std::size_t{1} << kShift;
constexpr unsigned kEmbeddedShift = fat_zap::embedded_table_shift(kShift);
constexpr unsigned kHashBits = 28;
/// As OpenZFS splits a leaf that is full, ours keep room for names to come.
constexpr std::size_t kMaxChunksUsed = zap_leaf::chunks(kShift) * 7 / 8;

std::size_t chunks_for(std::size_t bytes) {
  return divide_up(bytes, zap_leaf::kArrayBytes);
}

std::size_t chunks_of(const ZapItem& item) {
  return 1 + chunks_for(item.name.size() + 1) +
         chunks_for(item.integers.size() * item.integer_bytes);
}

template <class T>
void put(Bytes& block, std::size_t offset, T value) {
  store(block.data() + offset, value, Endian::kLittle);
}

/// Fills a leaf's block chunk by chunk.
class LeafBuilder {
 public:
  LeafBuilder(std::uint64_t prefix, unsigned prefix_bits)
      : block_(kFatBlockBytes), prefix_bits_(prefix_bits) {
    put(block_, 0, zap_block::kLeaf);
    put(block_, zap_leaf::kPrefixOffset, prefix);
    put(block_, zap_leaf::kMagicOffset, zap_leaf::kMagic);
    put(block_, zap_leaf::kPrefixLengthOffset, static_cast<std::uint16_t>(prefix_bits));
    for (std::size_t i = 0; i < zap_leaf::hash_entries(kShift); ++i)
      put(block_, zap_leaf::kHeaderBytes + 2 * i, zap_leaf::kChainEnd);
  }

  void add(const ZapItem& item, std::uint64_t hash, std::uint32_t differentiator) {
    const std::uint16_t number = take();
    Bytes name(item.name.begin(), item.name.end());
    name.push_back(0);
    const std::uint16_t name_chunk = put_array(name);
    const std::uint16_t value_chunk = put_array(value_of(item));
    const std::size_t head =
        zap_leaf::kHeaderBytes + 2 * zap_leaf::hash_chain(hash, kShift, prefix_bits_);
    const std::size_t at = offset_of(number);
    block_[at] = static_cast<std::uint8_t>(zap_leaf::ChunkType::kEntry);
    block_[at + zap_leaf::kIntegerBytesOffset] = item.integer_bytes;
    put(block_, at + zap_leaf::kNextEntryOffset,
        load<std::uint16_t>(block_.data() + head, Endian::kLittle));
    put(block_, at + zap_leaf::kNameChunkOffset, name_chunk);
    put(block_, at + zap_leaf::kNameLengthOffset, static_cast<std::uint16_t>(name.size()));
    put(block_, at + zap_leaf::kValueChunkOffset, value_chunk);
    put(block_, at + zap_leaf::kValueLengthOffset,
        static_cast<std::uint16_t>(item.integers.size()));
    put(block_, at + zap_leaf::kDifferentiatorOffset, differentiator);
    put(block_, at + zap_leaf::kHashOffset, hash);
    put(block_, head, number);
    ++entries_;
  }

  /// What was not taken is one list of free chunks.
  Bytes finish() {
    const auto chunks = static_cast<std::uint16_t>(zap_leaf::chunks(kShift));
    for (std::uint16_t number = next_; number < chunks; ++number) {
      const std::size_t at = offset_of(number);
      block_[at] = static_cast<std::uint8_t>(zap_leaf::ChunkType::kFree);
      put(block_, at + zap_leaf::kNextOffset,
          number + 1 < chunks ? static_cast<std::uint16_t>(number + 1) : zap_leaf::kChainEnd);
    }
    put(block_, zap_leaf::kFreeChunksOffset, static_cast<std::uint16_t>(chunks - next_));
    put(block_, zap_leaf::kEntriesOffset, entries_);
    put(block_, zap_leaf::kFreeListOffset, next_ < chunks ? next_ : zap_leaf::kChainEnd);
    return std::move(block_);
  }

 private:
  static std::size_t offset_of(std::uint16_t chunk) {
    return zap_leaf::chunks_offset(kShift) + chunk * zap_leaf::kChunkBytes;
  }
  std::uint16_t take() {
    SEALIFT_ASSERT(next_ < zap_leaf::chunks(kShift));
    return next_++;
  }
  /// Integers in values are big-endian always.
  static Bytes value_of(const ZapItem& item) {
    Bytes bytes;
    for (const std::uint64_t integer : item.integers)
      for (unsigned i = item.integer_bytes; i-- > 0;)
        bytes.push_back(static_cast<std::uint8_t>(integer >> (8 * i)));
    return bytes;
  }
  std::uint16_t put_array(const Bytes& bytes) {
    std::uint16_t first = zap_leaf::kChainEnd;
    std::size_t previous = 0;
    for (std::size_t done = 0; done < bytes.size(); done += zap_leaf::kArrayBytes) {
      const std::uint16_t number = take();
      const std::size_t at = offset_of(number);
      block_[at] = static_cast<std::uint8_t>(zap_leaf::ChunkType::kArray);
      const std::size_t count = std::min(zap_leaf::kArrayBytes, bytes.size() - done);
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(done), count,
                  block_.begin() + static_cast<std::ptrdiff_t>(at + zap_leaf::kArrayOffset));
      put(block_, at + zap_leaf::kNextOffset, zap_leaf::kChainEnd);
      if (done == 0) {
        first = number;
      } else {
        put(block_, previous + zap_leaf::kNextOffset, number);
      }
      previous = at;
    }
    return first;
  }

  Bytes block_;
  unsigned prefix_bits_;
  std::uint16_t next_ = 0;
  std::uint16_t entries_ = 0;
};

}  // namespace

ZapImage::ZapImage(std::vector<ZapItem> items, const ZapShape& shape)
    : items_(std::move(items)), shape_(shape) {
  for (const ZapItem& item : items_)
    if (item.name.empty() || item.name.size() >= kMaxZapName)
      fail(ErrorKind::kRefused, "a name of {} bytes", item.name.size());
  is_micro_ = fits_micro();
  place();
  if (is_micro_) {
    const std::size_t bytes = micro_zap::kHeaderBytes + items_.size() * micro_zap::kEntryBytes;
    block_size_ = static_cast<std::uint32_t>(round_up(bytes, stream::kMinBlockSize));
    return;
  }
  block_size_ = kFatBlockBytes;
  split({0, placed_.size(), 0, 0});
  table_shift_ = kEmbeddedShift;
  for (const Leaf& leaf : leaves_) table_shift_ = std::max(table_shift_, leaf.prefix_bits);
  if (table_shift_ > kEmbeddedShift)
    table_blocks_ = (std::uint64_t{8} << table_shift_) / kFatBlockBytes;
  blocks_ = 1 + table_blocks_ + leaves_.size();
}

bool ZapImage::fits_micro() const {
  constexpr std::size_t most = micro_zap::kMaxBlockBytes / micro_zap::kEntryBytes - 1;
  return items_.size() <= most && std::all_of(items_.begin(), items_.end(), [](const ZapItem& it) {
           return it.name.size() < micro_zap::kNameBytes && it.integer_bytes == 8 &&
                  it.integers.size() == 1;
         });
}

void ZapImage::place() {
  placed_.reserve(items_.size());
  for (const ZapItem& item : items_)
    placed_.push_back({zap_hash(item.name, shape_.salt), 0, &item});
  std::sort(placed_.begin(), placed_.end(), [](const Placed& a, const Placed& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.item->name < b.item->name;
  });
  for (std::size_t i = 1; i < placed_.size(); ++i)
    if (placed_[i].hash == placed_[i - 1].hash)
      placed_[i].differentiator = placed_[i - 1].differentiator + 1;
}

/// Halves a range of hashes until each part fits into a leaf.
void ZapImage::split(const Leaf& leaf) {
  std::size_t chunks = 0;
  for (std::size_t i = leaf.first; i < leaf.end && chunks <= kMaxChunksUsed; ++i)
    chunks += chunks_of(*placed_[i].item);
  if (chunks <= kMaxChunksUsed) {
    leaves_.push_back(leaf);
    return;
  }
  if (leaf.prefix_bits == kHashBits) fail(ErrorKind::kRefused, "too many names with the same hash");
  const unsigned bits = leaf.prefix_bits + 1;
  const std::uint64_t upper = (leaf.prefix << 1 | 1) << (64 - bits);
  const auto middle =
      std::lower_bound(placed_.begin() + static_cast<std::ptrdiff_t>(leaf.first),
                       placed_.begin() + static_cast<std::ptrdiff_t>(leaf.end), upper,
                       [](const Placed& placed, std::uint64_t hash) { return placed.hash < hash; });
  const auto at = static_cast<std::size_t>(middle - placed_.begin());
  split({leaf.first, at, leaf.prefix << 1, bits});
  split({at, leaf.end, leaf.prefix << 1 | 1, bits});
}

Bytes ZapImage::micro_block() const {
  Bytes block(block_size_);
  put(block, 0, zap_block::kMicro);
  put(block, micro_zap::kSaltOffset, shape_.salt);
  put(block, micro_zap::kNormalizationOffset, shape_.normalization);
  std::size_t at = micro_zap::kHeaderBytes;
  for (const Placed& placed : placed_) {
    put(block, at + micro_zap::kValueOffset, placed.item->integers.front());
    put(block, at + micro_zap::kDifferentiatorOffset, placed.differentiator);
    std::copy(placed.item->name.begin(), placed.item->name.end(),
              block.begin() + static_cast<std::ptrdiff_t>(at + micro_zap::kNameOffset));
    at += micro_zap::kEntryBytes;
  }
  return block;
}

/// Which leaf each of the 2^shift first bits of a hash leads to.
std::vector<std::uint64_t> ZapImage::table() const {
  std::vector<std::uint64_t> table;
  table.reserve(std::size_t{1} << table_shift_);
  std::uint64_t block = 1 + table_blocks_;
  for (const Leaf& leaf : leaves_)
    table.insert(table.end(), std::size_t{1} << (table_shift_ - leaf.prefix_bits), block++);
  return table;
}

Bytes ZapImage::header_block() const {
  Bytes block(kFatBlockBytes);
  put(block, 0, zap_block::kHeader);
  put(block, fat_zap::kMagicOffset, fat_zap::kMagic);
  if (table_blocks_ != 0) put(block, fat_zap::kTableBlockOffset, std::uint64_t{1});
  put(block, fat_zap::kTableBlocksOffset, table_blocks_);
  put(block, fat_zap::kTableShiftOffset, std::uint64_t{table_shift_});
  put(block, fat_zap::kFreeBlockOffset, blocks_);
  put(block, fat_zap::kLeavesOffset, std::uint64_t{leaves_.size()});
  put(block, fat_zap::kEntriesOffset, std::uint64_t{items_.size()});
  put(block, fat_zap::kSaltOffset, shape_.salt);
  put(block, fat_zap::kNormalizationOffset, shape_.normalization);
  return block;
}

Bytes ZapImage::leaf_block(const Leaf& leaf) const {
  LeafBuilder builder(leaf.prefix, leaf.prefix_bits);
  for (std::size_t i = leaf.first; i < leaf.end; ++i)
    builder.add(*placed_[i].item, placed_[i].hash, placed_[i].differentiator);
  return builder.finish();
}

void ZapImage::each_block(const Visit& visit) const {
  if (is_micro_) return visit(0, micro_block());
  const std::vector<std::uint64_t> pointers = table();
  Bytes header = header_block();
  constexpr std::size_t per_block = kFatBlockBytes / sizeof(std::uint64_t);
  if (table_blocks_ == 0)
    for (std::size_t i = 0; i < pointers.size(); ++i)
      put(header, kFatBlockBytes / 2 + i * sizeof(std::uint64_t), pointers[i]);
  visit(0, header);
  for (std::uint64_t block = 0; block < table_blocks_; ++block) {
    Bytes bytes(kFatBlockBytes);
    for (std::size_t i = 0; i < per_block; ++i)
      put(bytes, i * sizeof(std::uint64_t), pointers[block * per_block + i]);
    visit(1 + block, bytes);
  }
  std::uint64_t block = 1 + table_blocks_;
  for (const Leaf& leaf : leaves_) visit(block++, leaf_block(leaf));
}

}  // namespace sealift::dataset
