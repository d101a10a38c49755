// SPDX-License-Identifier: Apache-2.0
#include "replicate/encoder.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"

namespace sealift::replicate {

using objset::Dnode;
using objset::Entry;
using objset::EntryKind;
using objset::Geometry;

namespace {

/// Plaintext among sealed blocks is never sent, nor filled in: no key ever made it.
void require_sealed(const Entry& entry, std::uint64_t object, std::uint64_t offset) {
  if (entry.kind != EntryKind::kEmbedded && entry.sealing.mac != stream::Mac{}) return;
  fail(ErrorKind::kDamaged, "object {}, offset {}: a block of an encrypted snapshot is not sealed",
       object, offset);
}

}  // namespace

void Encoder::put_pending() {
  std::visit(
      [&](const auto& record) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(record)>, std::monostate>)
          outbox_.put(record);
      },
      pending_);
  pending_ = std::monostate{};
}

std::uint8_t Encoder::byteswap_flag(const Entry& entry) const {
  const bool swapped = options_.is_raw && entry.byte_order != options_.byte_order;
  return swapped ? stream::record_flag::kRawByteswap : 0;
}

void Encoder::dnode_block(std::uint64_t first_object, const Entry& entry) {
  block_of_dnodes_ = entry;
  if (!options_.is_raw) return;
  put_pending();
  stream::ObjectRange range;
  range.first_object = first_object;
  range.slot_count = objset::kSlotsPerBlock;
  range.to_guid = options_.to_guid;
  range.sealing = entry.sealing;
  range.flags = byteswap_flag(entry);
  outbox_.put(range);
}

void Encoder::object(std::uint64_t number, const Dnode& dnode) {
  put_pending();
  stream::Object object;
  object.object = number;
  object.type = dnode.type;
  object.bonus_type = dnode.bonus_type;
  object.block_size = dnode.block_size;
  object.bonus_length = dnode.bonus_length;
  object.checksum_type = dnode.checksum_type;
  object.compress = dnode.compress;
  object.dn_slots = dnode.slots;
  object.to_guid = options_.to_guid;
  if (dnode.has_spill) object.flags |= stream::record_flag::kObjectSpill;
  if (options_.is_raw) {
    object.flags |= byteswap_flag(block_of_dnodes_);
    object.raw_bonus_length = static_cast<std::uint32_t>(dnode.bonus.size());
    object.indirect_block_shift = dnode.geometry.indirect_shift;
    object.levels = dnode.geometry.levels;
    object.block_pointers = dnode.geometry.pointers;
    object.max_block_id = dnode.max_block;
  }
  outbox_.put(object, dnode.bonus);
  free({number, dnode.end_bytes(), stream::kToEnd, options_.to_guid});
  if (dnode.has_spill && dnode.spill.birth <= options_.after) spill(number, dnode.spill);
}

/// Runs on from the pending FREE where it can. A range that reaches beyond 2^64 ends there.
void Encoder::free(stream::Free record) {
  if (auto* last = std::get_if<stream::Free>(&pending_)) {
    if (last->object == record.object && last->offset + last->length == record.offset) {
      const bool to_end =
          record.offset + record.length < record.offset || record.length == stream::kToEnd;
      last->length = to_end ? stream::kToEnd : last->length + record.length;
      return;
    }
  }
  put_pending();
  const bool is_tail = record.length == stream::kToEnd;
  if (record.offset + record.length < record.offset) record.length = stream::kToEnd;
  if (is_tail) {
    outbox_.put(record);
  } else {
    pending_ = record;
  }
}

void Encoder::hole(const Dnode& dnode, std::uint64_t object, Geometry::Blocks blocks) {
  const std::uint64_t size = dnode.block_size;
  const auto offset = checked_mul(blocks.first, size);
  if (!offset) return;
  std::uint64_t end = checked_mul(blocks.end, size).value_or(UINT64_MAX);
  // In the sender's tree of larger blocks the last hole ends elsewhere than in ours.
  if (dnode.hole_end != 0 && blocks.end > dnode.max_block)
    end = std::max(dnode.hole_end, dnode.end_bytes());
  if (blocks.end == UINT64_MAX && end == UINT64_MAX) end = 0;
  free({object, *offset, end - *offset, options_.to_guid});
}

void Encoder::redacted(const Dnode& dnode, std::uint64_t object, Geometry::Blocks blocks) {
  const std::uint64_t end = std::min(blocks.end, dnode.max_block + 1);
  const std::uint64_t offset = blocks.first * dnode.block_size;
  const std::uint64_t length = std::min(end * dnode.block_size, dnode.end_bytes()) - offset;
  if (auto* last = std::get_if<stream::Redact>(&pending_)) {
    if (last->object == object && last->offset + last->length == offset) {
      last->length += length;
      return;
    }
  }
  put_pending();
  pending_ = stream::Redact{object, offset, length, options_.to_guid};
}

void Encoder::data(const Dnode& dnode, std::uint64_t object, std::uint64_t block,
                   const Entry& entry) {
  put_pending();
  const std::uint64_t offset = block * dnode.block_size;
  if (options_.is_raw) require_sealed(entry, object, offset);
  if (entry.kind == EntryKind::kEmbedded) {
    outbox_.put_stored(stream::WriteEmbedded{object, offset, entry.logical_size, options_.to_guid,
                                             entry.compression, entry.embedded_type,
                                             entry.embedded_lsize, entry.embedded_psize},
                       entry.where);
    return;
  }
  stream::Write write;
  write.object = object;
  write.type = dnode.type;
  write.offset = offset;
  write.logical_size = entry.logical_size;
  write.to_guid = options_.to_guid;
  write.checksum_type = entry.checksum_type;
  write.flags = byteswap_flag(entry);
  if (entry.dedup_capable) write.flags |= stream::record_flag::kChecksumDedup;
  write.compression = entry.compression;
  write.key = entry.key;
  write.compressed_size = entry.compression != 0 ? entry.where.length : 0;
  write.sealing = entry.sealing;
  outbox_.put_stored(write, entry.where);
}

void Encoder::embedded(std::uint64_t object, std::uint64_t offset, const Entry& entry) {
  outbox_.put_stored(
      stream::WriteEmbedded{object, offset, entry.logical_size, options_.to_guid, entry.compression,
                            entry.embedded_type, entry.embedded_lsize, entry.embedded_psize},
      entry.where);
}

void Encoder::spill(std::uint64_t object, const Entry& entry) {
  put_pending();
  if (options_.is_raw) require_sealed(entry, object, objset::kSpillBlock);
  if (entry.kind == EntryKind::kEmbedded) {
    embedded(object, objset::kSpillBlock * entry.logical_size, entry);
    return;
  }
  stream::Spill spill;
  spill.object = object;
  spill.length = entry.logical_size;
  spill.to_guid = options_.to_guid;
  spill.flags = byteswap_flag(entry);
  if (entry.birth <= options_.after) spill.flags |= stream::record_flag::kSpillUnmodified;
  spill.compression = entry.compression;
  spill.compressed_size = options_.is_raw ? entry.where.length : 0;
  spill.sealing = entry.sealing;
  outbox_.put_stored(spill, entry.where);
}

void Encoder::meta_hole(Geometry::Blocks blocks) {
  const auto first = checked_mul(blocks.first, objset::kSlotsPerBlock);
  const std::uint64_t end = checked_mul(blocks.end, objset::kSlotsPerBlock).value_or(UINT64_MAX);
  if (first) free_objects(*first, end - *first);
}

void Encoder::free_objects(std::uint64_t first, std::uint64_t count) {
  if (first >= options_.object_limit) return;
  count = std::min(count, options_.object_limit - first);
  if (auto* last = std::get_if<stream::FreeObjects>(&pending_)) {
    if (last->first_object + last->object_count == first) {
      last->object_count += count;
      return;
    }
  }
  put_pending();
  pending_ = stream::FreeObjects{first, count, options_.to_guid};
}

}  // namespace sealift::replicate
