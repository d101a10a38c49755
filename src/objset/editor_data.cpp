// SPDX-License-Identifier: Apache-2.0
// The editor's records of data and of holes.
//
// A plain sender without the feature LARGE_BLOCKS tells a block size of at most 128 KiB, and cuts
// larger blocks into WRITEs of 128 KiB (module/zfs/dmu_send.c). Where the block is no multiple of
// that, the last piece is shorter, and FREEs end at the block's end: Dnode::uncut_size. Its tree of
// larger blocks may have fewer levels, and holes that end elsewhere: Dnode::hole_end.
#include <algorithm>

#include "base/checked.h"
#include "objset/damaged.h"
#include "objset/editor.h"
#include "objset/plain_geometry.h"
#include "objset/raw_shape.h"

namespace sealift::objset {
namespace {

/// enum zio_checksum, ZIO_CHECKSUM_OFF: what a sender tells of a block that it cut.
constexpr std::uint8_t kChecksumOff = 2;
/// Below this, checksumming a block at once is cheaper than handing it to a worker.
constexpr std::size_t kHandOverBytes = 32U << 10;

std::uint64_t end_of(std::uint64_t offset, std::uint64_t length) {
  if (length == stream::kToEnd) return UINT64_MAX;
  return checked_add(offset, length).value_or(UINT64_MAX);
}

/// Whether a hole over the last block could end at `end_bytes` in a tree of `dnode`'s blocks, so
/// that nothing must be kept of it: data that come below change where it ends.
bool ends_in_own_tree(const Dnode& dnode, std::uint64_t end_bytes) {
  for (unsigned level = 1; level < dnode.geometry.levels; ++level) {
    const std::uint64_t blocks = dnode.geometry.span(level);
    if (blocks > UINT64_MAX / dnode.block_size) return false;
    if (round_up(dnode.max_block + 1, blocks) * dnode.block_size == end_bytes) return true;
  }
  return false;
}

}  // namespace

// -- Data --------------------------------------------------------------------------------------

Endian Editor::order_of(std::uint8_t record_flags) const {
  return block_order(set_.byte_order, record_flags);
}

std::uint64_t Editor::block_number(const Dnode& dnode, std::uint64_t offset) const {
  if (offset % dnode.block_size != 0)
    fail(ErrorKind::kDamaged, "object {}, offset {}: not at a border of its blocks of {} bytes",
         object_->number, offset, dnode.block_size);
  return offset / dnode.block_size;
}

/// The number of the block behind `offset`, which is a border of blocks or the object's end.
std::uint64_t Editor::end_block(const Dnode& dnode, std::uint64_t offset) const {
  if (offset == UINT64_MAX) return UINT64_MAX;
  if (offset == dnode.end_bytes()) return dnode.max_block + 1;
  return block_number(dnode, offset);
}

Entry& Editor::new_entry(std::uint64_t object, std::uint64_t offset) {
  const Dnode& dnode = require_current(object);
  const std::uint64_t number = block_number(dnode, offset);
  if (number > dnode.max_block)
    fail(ErrorKind::kDamaged, "object {}, offset {}: beyond its last block", object, offset);
  object_->has_more = true;
  Entry& entry = object_->tree->slot(number);
  entry.birth = context_.ledger.birth;
  entry.byte_order = set_.byte_order;
  entry.logical_size = dnode.block_size;
  if (dnode.uncut_size != 0)
    entry.logical_size =
        std::min(entry.logical_size, dnode.uncut_size - static_cast<std::uint32_t>(offset));
  return entry;
}

Entry& Editor::new_spill(std::uint64_t object, std::uint64_t logical_size) {
  Dnode& dnode = require_current(object);
  drop_spill(dnode);
  dnode.has_spill = true;
  dnode.spill.birth = context_.ledger.birth;
  dnode.spill.byte_order = set_.byte_order;
  dnode.spill.logical_size = static_cast<std::uint32_t>(logical_size);
  return dnode.spill;
}

/// Fills the entry's address. A large block's checksum follows when a worker computed it.
void Editor::store_payload(Entry& entry, ByteView payload) {
  if (payload.size() < kHandOverBytes) {
    entry.where = context_.appender.append(payload);
  } else {
    const vault::Appender::Placed placed = context_.appender.place(payload, entry.where.checksum);
    entry.where.segment = placed.pointer.segment;
    entry.where.offset = placed.pointer.offset;
    entry.where.length = placed.pointer.length;
    object_->tree->awaits(placed.batch);
  }
  context_.ledger.add(entry);
}

/// A block of an object whose blocks are smaller here. What the pieces get is what a sender tells
/// of a block that it cut.
void Editor::cut(const stream::Write& record, ByteView payload) {
  if (record.compression != 0) refuse_to_cut(record.object);
  stream::Write piece = record;
  piece.checksum_type = kChecksumOff;
  piece.flags = 0;
  piece.key = {};
  const std::uint32_t size = require_current(record.object).block_size;
  while (!payload.empty()) {
    piece.logical_size = std::min<std::uint64_t>(payload.size(), size);
    apply_record(piece, payload.first(piece.logical_size));
    payload = payload.subspan(piece.logical_size);
    piece.offset += piece.logical_size;
  }
}

void Editor::refuse_to_cut(std::uint64_t object) const {
  Error error(ErrorKind::kRefused,
              fmt::format("object {}: a stored block as the sender has it, in a file that came in "
                          "pieces of {} bytes with a stream without large blocks",
                          object, require_current(object).block_size));
  error.set_hint("send it without -L as before, or with -L but neither -c nor -e");
  throw error;
}

void Editor::apply_record(const stream::Write& record, ByteView payload) {
  if (keeps_small_blocks_ && record.logical_size > require_current(record.object).block_size)
    return cut(record, payload);
  Entry& entry = new_entry(record.object, record.offset);
  if (record.logical_size != entry.logical_size || record.type != object_->dnode->type)
    damaged(record.object, "a WRITE that is not of its object's block size or type");
  entry.kind = EntryKind::kBlock;
  if (set_.is_raw()) entry.byte_order = order_of(record.flags);
  entry.dedup_capable = (record.flags & stream::record_flag::kChecksumDedup) != 0;
  entry.checksum_type = record.checksum_type;
  entry.compression = record.compression;
  entry.sealing = record.sealing;
  entry.key = record.key;
  store_payload(entry, payload);
}

/// A sender repeats a spill block that did not change before all data and holes, a changed one
/// comes behind them. A SPILL says which it is, a WRITE_EMBEDDED cannot.
bool Editor::is_unmodified_spill(const stream::WriteEmbedded& record, ByteView payload) const {
  const Entry& spill = require_current(record.object).spill;
  if (object_->has_more || spill.kind != EntryKind::kEmbedded) return false;
  const bool is_alike =
      spill.logical_size == record.length && spill.compression == record.compression &&
      spill.embedded_type == record.embedded_type && spill.embedded_lsize == record.logical_size &&
      spill.embedded_psize == record.physical_size;
  if (!is_alike) return false;
  // What fills the payload up to 8 bytes is left over in the sender's memory.
  const Bytes kept = context_.reader.read(spill.where);
  return std::equal(kept.begin(), kept.begin() + record.physical_size, payload.begin());
}

void Editor::apply_record(const stream::WriteEmbedded& record, ByteView payload) {
  // OpenZFS 2.3 sends a small spill block so, at the offset of its block number (openzfs #18239).
  const bool is_spill = record.offset == kSpillBlock * record.length;
  if (is_spill && is_unmodified_spill(record, payload)) return;
  Entry& entry =
      is_spill ? new_spill(record.object, record.length) : new_entry(record.object, record.offset);
  if (keeps_small_blocks_ && record.length > entry.logical_size && !is_spill)
    refuse_to_cut(record.object);
  if (record.length != entry.logical_size)
    damaged(record.object, "a WRITE_EMBEDDED that is not of its object's block size");
  entry.kind = EntryKind::kEmbedded;
  entry.compression = record.compression;
  entry.embedded_type = record.embedded_type;
  entry.embedded_lsize = record.logical_size;
  entry.embedded_psize = record.physical_size;
  store_payload(entry, payload);
}

void Editor::apply_record(const stream::Spill& record, ByteView payload) {
  Dnode& dnode = require_current(record.object);
  const bool unmodified = (record.flags & stream::record_flag::kSpillUnmodified) != 0 &&
                          (set_.begin.flags & stream::begin_flag::kSpillBlock) != 0;
  if (unmodified && !dnode.spill.is_hole()) return;
  Entry& spill = new_spill(record.object, record.length);
  spill.kind = EntryKind::kBlock;
  if (set_.is_raw()) spill.byte_order = order_of(record.flags);
  spill.compression = record.compression;
  spill.sealing = record.sealing;
  spill.where = context_.appender.append(payload);
  context_.ledger.add(spill);
}

// -- Holes -------------------------------------------------------------------------------------

/// The FREE to the end that follows each OBJECT. In a plain stream it alone tells where the
/// object's last block is.
void Editor::free_tail(Dnode& dnode, const stream::Free& record) {
  object_->tail_freed = true;
  const bool is_cut = may_be_cut_ && is_cut_size(record.offset);
  dnode.uncut_size = is_cut ? static_cast<std::uint32_t>(record.offset) : 0;
  const std::uint64_t first =
      is_cut ? record.offset / dnode.block_size + 1 : block_number(dnode, record.offset);
  // An object of several blocks ends at a border of them.
  if (!is_cut && record.offset % (2 * stream::kOldMaxBlockSize) != 0) may_be_cut_ = false;
  if (!may_be_cut_ || first - 1 < dnode.max_block) dnode.hole_end = 0;
  if (set_.is_raw()) {
    if (first != dnode.max_block + 1) damaged(record.object, "a FREE that is not at its end");
  } else {
    if (first == 0) damaged(record.object, "an object of no blocks");
    dnode.max_block = first - 1;
    grow(dnode, levels_for(dnode.geometry, dnode.max_block));
  }
  if (kept_tail_ != record.object) object_->tree->truncate(first);
  kept_tail_.reset();
}

void Editor::apply_record(const stream::Free& record) {
  Dnode& dnode = require_current(record.object);
  if (!object_->tail_freed && record.length == stream::kToEnd) {
    free_tail(dnode, record);
    return;
  }
  object_->has_more = true;
  const std::uint64_t first = block_number(dnode, record.offset);
  const std::uint64_t end_bytes = end_of(record.offset, record.length);
  const std::uint64_t end = end_block(dnode, end_bytes);
  if (!set_.is_raw()) grow(dnode, levels_of_hole(dnode, end));
  if (may_be_cut_ && end_bytes >= dnode.end_bytes())
    dnode.hole_end = ends_in_own_tree(dnode, end_bytes) ? 0 : end_bytes;
  object_->tree->free(first, end);
}

void Editor::apply_record(const stream::Redact& record) {
  Dnode& dnode = require_current(record.object);
  object_->has_more = true;
  const std::uint64_t first = block_number(dnode, record.offset);
  object_->tree->redact(first, end_block(dnode, end_of(record.offset, record.length)));
}

}  // namespace sealift::objset
