// SPDX-License-Identifier: Apache-2.0
#include "dataset/file_reader.h"

#include <algorithm>
#include <deque>

#include "base/error.h"
#include "vault/fetcher.h"

namespace sealift::dataset {

using objset::Entry;
using objset::EntryKind;

namespace {

/// From so many blocks on, reading ahead costs less than its threads.
constexpr std::uint64_t kFewBlocks = 8;

}  // namespace

/// One run over the blocks of a file, which asks for them ahead of their use.
class FileReader::Pass {
 public:
  Pass(FileReader& reader, const Visit& visit)
      : reader_(reader), visit_(visit), object_(*reader.object_) {
    if (object_.blocks() > kFewBlocks) fetcher_.emplace(reader.from_.vault());
  }

  void run() {
    const objset::Geometry& geometry = object_.dnode.geometry;
    const unsigned top = geometry.levels - 1U;
    for (std::uint64_t i = 0; i < object_.dnode.pointers.size() && goes_on_; ++i)
      visit_entry(object_.dnode.pointers[i], top, i);
    while (goes_on_ && !awaited_.empty()) use_oldest();
  }

 private:
  struct Awaited {
    Entry entry;
    std::uint64_t offset;
  };

  void visit_entry(const Entry& entry, unsigned level, std::uint64_t index) {
    const objset::Geometry& geometry = object_.dnode.geometry;
    const std::uint64_t first = geometry.blocks_of(level, index).first;
    const std::uint64_t size = reader_.size_;
    if (entry.is_hole() || first > size / object_.block_size() ||
        first * object_.block_size() >= size)
      return;
    if (level == 0 || entry.kind != EntryKind::kBlock)
      return await({entry, first * object_.block_size()});
    const Plaintext::Node node = in_context(fmt::format("object {}", object_.number),
                                            [&] { return reader_.from_.node(entry, geometry); });
    const std::uint64_t below = index << geometry.entry_shift();
    for (std::uint64_t i = 0; i < node->size() && goes_on_; ++i)
      visit_entry((*node)[i], level - 1, below + i);
  }

  void await(const Awaited& block) {
    if (!fetcher_ || block.entry.kind == EntryKind::kRedacted) {
      while (goes_on_ && !awaited_.empty()) use_oldest();
      const Bytes stored = block.entry.kind == EntryKind::kRedacted
                               ? Bytes()
                               : reader_.from_.vault().read(block.entry.where);
      if (goes_on_) use(block, stored);
      return;
    }
    while (goes_on_ && !awaited_.empty() && !fetcher_->has_room()) use_oldest();
    if (!goes_on_) return;
    fetcher_->request(block.entry.where);
    awaited_.push_back(block);
  }

  void use_oldest() {
    const Awaited block = awaited_.front();
    awaited_.pop_front();
    in_context(fmt::format("object {}, offset {}", object_.number, block.offset),
               [&] { use(block, fetcher_->take().bytes); });
  }

  void use(const Awaited& block, ByteView stored) {
    plain_.resize(object_.block_size());
    reader_.from_.open(object_, block.entry, stored, plain_);
    const std::uint64_t left = reader_.size_ - block.offset;
    const ByteView bytes(plain_.data(), std::min<std::uint64_t>(plain_.size(), left));
    goes_on_ = visit_(block.offset, bytes);
  }

  FileReader& reader_;
  const Visit& visit_;
  const Object& object_;
  std::optional<vault::Fetcher> fetcher_;
  std::deque<Awaited> awaited_;
  Bytes plain_;
  bool goes_on_ = true;
};

void FileReader::each_block(const Visit& visit) {
  Pass(*this, visit).run();
}

std::size_t FileReader::read(std::uint64_t offset, ByteSpan into) {
  if (offset >= size_) return 0;
  const std::size_t count = std::min<std::uint64_t>(into.size(), size_ - offset);
  const std::uint32_t block_size = object_->block_size();
  for (std::size_t done = 0; done < count;) {
    const std::uint64_t number = (offset + done) / block_size;
    const std::size_t within = (offset + done) % block_size;
    const std::size_t part = std::min<std::size_t>(count - done, block_size - within);
    if (last_ != number) {
      last_.reset();
      block_ = from_.read(*object_, number);
      last_ = number;
    }
    const auto to = into.begin() + static_cast<std::ptrdiff_t>(done);
    if (block_) {
      std::copy_n(block_->bytes.begin() + static_cast<std::ptrdiff_t>(within), part, to);
    } else {
      std::fill_n(to, part, std::uint8_t{0});
    }
    done += part;
  }
  return count;
}

}  // namespace sealift::dataset
