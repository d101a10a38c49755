// SPDX-License-Identifier: Apache-2.0
#include "dataset/zap.h"

#include <bit>
#include <cstring>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/zap_format.h"
#include "dataset/zap_leaf.h"

namespace sealift::dataset {
namespace {

std::uint64_t word(const Block& block, std::size_t offset) {
  return load<std::uint64_t>(block.bytes.data() + offset, block.byte_order);
}

Block read_present(Plaintext& from, const Object& object, std::uint64_t number) {
  auto block = from.read(object, number);
  if (!block) fail(ErrorKind::kDamaged, "block {} of a ZAP is missing", number);
  return std::move(*block);
}

}  // namespace

std::uint64_t ZapEntry::number() const {
  if (integer_bytes != 8 || integers.size() != 1)
    fail(ErrorKind::kDamaged, "the value of '{}' is no number", name);
  return integers.front();
}

template <class Body>
decltype(auto) Zap::in_object(Body&& body) {
  return in_context(fmt::format("object {}", object_->number), std::forward<Body>(body));
}

Zap::Zap(Plaintext& from, ObjectPtr object) : from_(from), object_(std::move(object)) {
  in_object([&] {
    header_ = read_present(from_, *object_, 0);
    switch (word(header_, 0)) {
      case zap_block::kMicro:
        return open_micro();
      case zap_block::kHeader:
        return open_fat();
      default:
        fail(ErrorKind::kDamaged, "it is no ZAP");
    }
  });
}

void Zap::open_micro() {
  is_micro_ = true;
  salt_ = word(header_, micro_zap::kSaltOffset);
  normalization_ = word(header_, micro_zap::kNormalizationOffset);
}

void Zap::open_fat() {
  namespace fz = fat_zap;
  const std::uint64_t block_bytes = header_.bytes.size();
  if (word(header_, fz::kMagicOffset) != fz::kMagic || !is_power_of_two(block_bytes))
    fail(ErrorKind::kDamaged, "it is no fat ZAP");
  block_shift_ = static_cast<unsigned>(std::countr_zero(block_bytes));
  salt_ = word(header_, fz::kSaltOffset);
  normalization_ = word(header_, fz::kNormalizationOffset);
  flags_ = word(header_, fz::kFlagsOffset);
  table_block_ = word(header_, fz::kTableBlockOffset);
  table_blocks_ = word(header_, fz::kTableBlocksOffset);
  const std::uint64_t shift = word(header_, fz::kTableShiftOffset);
  const bool is_embedded = table_blocks_ == 0;
  // A table of 2^shift numbers of eight bytes is in the object, or in half of its first block.
  const bool fits = is_embedded
                        ? shift <= fz::embedded_table_shift(block_shift_)
                        : shift < 48 && (1ULL << shift) * 8 / block_bytes <= table_blocks_ &&
                              table_blocks_ <= object_->blocks() &&
                              table_block_ <= object_->blocks() - table_blocks_;
  if (!fits || (flags_ & fz::flag::kIntegerKeys) != 0)
    fail(ErrorKind::kDamaged, "a fat ZAP of impossible shape");
  table_shift_ = static_cast<unsigned>(shift);
}

void Zap::each(const Visit& visit) {
  in_object([&] { is_micro_ ? each_micro(visit) : each_fat(visit); });
}

void Zap::each_micro(const Visit& visit) {
  namespace mz = micro_zap;
  ZapEntry entry;
  entry.integers.resize(1);
  for (std::size_t at = mz::kHeaderBytes; at + mz::kEntryBytes <= header_.bytes.size();
       at += mz::kEntryBytes) {
    const auto* name = reinterpret_cast<const char*>(&header_.bytes[at + mz::kNameOffset]);
    const std::size_t length = strnlen(name, mz::kNameBytes);
    if (length == 0) continue;
    if (length == mz::kNameBytes) fail(ErrorKind::kDamaged, "a name in a micro ZAP has no end");
    entry.name.assign(name, length);
    entry.integers[0] = word(header_, at + mz::kValueOffset);
    if (!visit(entry)) return;
  }
}

/// The block number in the pointer table at `index`.
std::uint64_t Zap::leaf_at(std::uint64_t index) {
  if (table_blocks_ == 0)
    return word(header_, header_.bytes.size() / 2 + static_cast<std::size_t>(index) * 8);
  const unsigned per_block = block_shift_ - 3;
  const std::uint64_t number = table_block_ + (index >> per_block);
  if (table_.bytes.empty() || table_number_ != number) {
    table_ = read_present(from_, *object_, number);
    table_number_ = number;
  }
  return word(table_, (index & ((1ULL << per_block) - 1)) * 8);
}

/// The one for hashes that begin with `index`.
ZapLeaf Zap::read_leaf(std::uint64_t index) {
  ZapLeaf leaf(read_present(from_, *object_, leaf_at(index)), block_shift_);
  if (leaf.prefix_bits() > table_shift_ ||
      leaf.prefix() != index >> (table_shift_ - leaf.prefix_bits()))
    fail(ErrorKind::kDamaged, "a ZAP leaf in the place of another");
  return leaf;
}

/// A leaf stands in the table as often as its prefix is shorter than the table's index; and with
/// that prefix it is in no other place, so none is visited twice.
void Zap::each_fat(const Visit& visit) {
  for (std::uint64_t index = 0; index < 1ULL << table_shift_;) {
    const ZapLeaf leaf = read_leaf(index);
    const std::uint64_t places = 1ULL << (table_shift_ - leaf.prefix_bits());
    if (index % places != 0) fail(ErrorKind::kDamaged, "ZAP leaves that overlap");
    if (!leaf.each(visit)) return;
    index += places;
  }
}

std::optional<ZapEntry> Zap::find(std::string_view name) {
  return in_object([&] {
    // Names that are compared in another form than theirs are hashed in that form.
    if (!is_micro_ && normalization_ == 0) return find_by_hash(name);
    std::optional<ZapEntry> found;
    const auto visit = [&](const ZapEntry& entry) {
      if (entry.name == name) found = entry;
      return !found;
    };
    is_micro_ ? each_micro(visit) : each_fat(visit);
    return found;
  });
}

std::optional<ZapEntry> Zap::find_by_hash(std::string_view name) {
  const std::uint64_t hash = zap_hash(name, salt_, flags_);
  const std::uint64_t index = table_shift_ == 0 ? 0 : hash >> (64 - table_shift_);
  return read_leaf(index).find(name, hash);
}

std::uint64_t Zap::number(std::string_view name) {
  const auto entry = find(name);
  if (!entry) fail(ErrorKind::kDamaged, "object {} has no '{}'", object_->number, name);
  return entry->number();
}

}  // namespace sealift::dataset
