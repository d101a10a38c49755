// SPDX-License-Identifier: Apache-2.0
#include "objset/editor.h"

#include <algorithm>

#include "base/error.h"
#include "objset/damaged.h"
#include "objset/file_generation.h"
#include "objset/object_type.h"
#include "objset/plain_geometry.h"
#include "objset/raw_shape.h"

// How OpenZFS's own receiver reads the records is in module/zfs/dmu_recv.c; what a sender means
// by them in module/zfs/dmu_send.c. One rule of the format carries most of this file: a sender
// visits every hole whose birth it does not know, so for each object it sends, what is not
// written is freed, and no old block of a reused object number can survive.

namespace sealift::objset {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

Editor::Editor(const EditContext& context, const std::optional<Base>& base) : context_(context) {
  if (!base) return;
  root_.kind = EntryKind::kBlock;
  root_.where = base->root;
  root_.birth = base->birth;
  set_ = read_object_set(context_.reader, base->root);
}

Editor::~Editor() = default;

void Editor::resolve_references_with(FindObjectSet find) {
  find_object_set_ = std::move(find);
}

void Editor::begin(const stream::Begin& begin, Endian byte_order,
                   const std::optional<stream::UnpackedNvlist>& payload, ByteView packed) {
  const bool has_base = !set_.pointers.empty();
  if (has_base && set_.begin.has(stream::feature::kRaw) != begin.has(stream::feature::kRaw))
    fail(ErrorKind::kRefused, "raw and plain streams cannot follow one another");
  if (has_base && !set_.is_raw() && set_.byte_order != byte_order)
    fail(ErrorKind::kRefused, "a plain stream of the other byte order cannot follow");
  const Geometry old = set_.geometry;
  // A stream that goes on says what the first one said, and where it begins.
  const bool goes_on = has_base && begin.has(stream::feature::kResuming);
  if (!goes_on) {
    set_.begin = begin;
    set_.begin_payload.assign(packed.begin(), packed.end());
  }
  set_.byte_order = byte_order;
  if (begin.has(stream::feature::kRaw)) {
    const stream::Nvlist* keydata =
        payload ? payload->list.get_nvlist(stream::begin_key::kCryptKeydata) : nullptr;
    if (keydata == nullptr) fail(ErrorKind::kDamaged, "a raw stream without crypt_keydata");
    const MetaShape shape = meta_shape_of(*keydata);
    set_.geometry = shape.geometry;
    set_.max_block = shape.max_block;
  } else if (!has_base) {
    set_.geometry = kPlainMetaGeometry;
  }
  if (has_base && set_.geometry != old)
    fail(ErrorKind::kRefused, "the meta-dnode's shape is not that of the snapshot before");
  if (!has_base) set_.pointers.assign(set_.geometry.pointers, Entry::hole(Birth{}));
  meta_ = std::make_unique<BlockTree>(context_, set_.geometry, set_.pointers,
                                      [this](const Entry& entry) {
                                        DnodeBlock block = read_dnode_block(context_.reader, entry);
                                        for (auto& [slot, dnode] : block) retire_dnode(dnode);
                                      });
  if (set_.is_raw()) meta_->keep_macs_of(kDnodeType);
}

void Editor::apply(const stream::Record& record, ByteView payload) {
  std::visit(Overloaded{
                 [&](const stream::Object& object) { apply_record(object, payload); },
                 [&](const stream::Write& write) { apply_record(write, payload); },
                 [&](const stream::Spill& spill) { apply_record(spill, payload); },
                 [&](const stream::WriteEmbedded& write) { apply_record(write, payload); },
                 [&](const stream::Begin&) { damaged(0, "BEGIN inside a substream"); },
                 [&](const stream::End&) { damaged(0, "END is not for the object set"); },
                 [&](const auto& other) { apply_record(other); },
             },
             record);
}

// -- Dnode blocks and objects ------------------------------------------------------------------

void Editor::open_block(std::uint64_t number) {
  if (block_ && block_->number == number) return;
  close_block();
  if (set_.is_raw() && number > set_.max_block)
    damaged(number * kSlotsPerBlock, "beyond the end of the meta-dnode");
  if (!set_.is_raw()) set_.max_block = std::max(set_.max_block, number);
  OpenBlock block;
  block.number = number;
  block.entry = meta_->get(number);
  block.dnodes = read_dnode_block(context_.reader, block.entry);
  block_ = std::move(block);
}

void Editor::close_block() {
  close_object();
  if (!block_) return;
  OpenBlock block = std::move(*block_);
  block_.reset();
  if (!block.touched) return;
  Entry& slot = meta_->peek_slot(block.number);
  context_.ledger.retire(slot);
  // OpenZFS turns a block of free dnodes into a hole; a sealed one that was announced stays.
  const bool is_data = !block.dnodes.empty() || (set_.is_raw() && !block.entry.is_hole());
  slot = Entry::hole(context_.ledger.birth);
  if (!is_data) return;
  slot = block.entry;
  slot.kind = EntryKind::kBlock;
  slot.birth = context_.ledger.birth;
  slot.logical_size = kDnodeBlockBytes;
  slot.where = context_.appender.append(encode_dnode_block(block.dnodes));
  context_.ledger.add(slot);
}

void Editor::open_object(std::uint64_t object, Dnode& dnode) {
  object_ = OpenObject{object, &dnode,
                       std::make_unique<BlockTree>(context_, dnode.geometry, dnode.pointers)};
  if (set_.is_raw()) object_->tree->keep_macs_of(dnode.type);
}

void Editor::close_object() {
  if (!object_) return;
  object_->tree->close();
  object_.reset();
}

Dnode& Editor::require_current(std::uint64_t object) const {
  if (!object_ || object_->number != object) damaged(object, "data without its OBJECT record");
  return *object_->dnode;
}

void Editor::retire_dnode(Dnode& dnode) {
  BlockTree(context_, dnode.geometry, dnode.pointers).clear();
  drop_spill(dnode);
}

void Editor::drop_spill(Dnode& dnode) {
  context_.ledger.retire(dnode.spill);
  dnode.spill = Entry{};
}

/// Drops what has a slot in [first_slot, end_slot) of the open block, wherever it begins.
void Editor::drop_dnodes(std::uint32_t first_slot, std::uint32_t end_slot) {
  close_object();
  for (auto it = block_->dnodes.begin(); it != block_->dnodes.end();) {
    const bool overlaps = it->first < end_slot && it->first + it->second.slots > first_slot;
    if (overlaps) retire_dnode(it->second);
    it = overlaps ? block_->dnodes.erase(it) : std::next(it);
  }
}

/// The dnode at `slot`, with `slots` slots for itself; new where there was none of that size.
Dnode& Editor::claim(std::uint32_t slot, std::uint32_t slots) {
  if (slot + slots > kSlotsPerBlock) damaged(slot, "its dnode leaves the block of dnodes");
  auto found = block_->dnodes.find(slot);
  if (found != block_->dnodes.end() && found->second.slots == slots) return found->second;
  drop_dnodes(slot, slot + slots);
  return block_->dnodes[slot];
}

void Editor::grow(Dnode& dnode, std::uint8_t levels) {
  if (levels <= dnode.geometry.levels) return;
  if (object_) {
    object_->tree->grow(levels);
  } else {
    BlockTree tree(context_, dnode.geometry, dnode.pointers);
    if (set_.is_raw()) tree.keep_macs_of(dnode.type);
    tree.grow(levels);
  }
}

/// The size of the object's blocks here. A file that came in pieces of 128 KiB keeps them when a
/// later stream has large blocks: only what was changed comes again (module/zfs/dmu_recv.c,
/// receive_handle_existing_object). Another file under the same number has another generation.
std::uint32_t Editor::block_size_for(const Dnode& dnode, const stream::Object& record,
                                     ByteView bonus) const {
  const bool is_new = dnode.pointers.empty();
  const bool grows = dnode.block_size == stream::kOldMaxBlockSize &&
                     record.block_size > dnode.block_size && dnode.max_block > 0;
  if (set_.is_raw() || is_new || !grows || dnode.type != record.type) return record.block_size;
  const bool is_same = dnode.type == kVolumeContents ||
                       (dnode.type == kFileContents &&
                        file_generation(dnode.bonus_type, dnode.bonus, set_.byte_order) ==
                            file_generation(record.bonus_type, bonus, set_.byte_order));
  return is_same ? dnode.block_size : record.block_size;
}

/// Gives `dnode` the tree that `record` describes. Its blocks stay where they can: a sender
/// changes the block size, the number of pointers or the size of indirect blocks, and lowers the
/// levels, only when it wrote all of the object anew.
void Editor::reshape(Dnode& dnode, const stream::Object& record, std::uint32_t block_size) {
  Geometry wanted;
  if (set_.is_raw()) {
    wanted = geometry_of(record);
    if (!wanted.is_valid()) damaged(record.object, "an impossible block tree");
    if (record.max_block_id >= wanted.capacity())
      damaged(record.object, "more blocks than its tree can hold");
  } else {
    wanted.pointers = deduce_pointers(record.bonus_type, record.bonus_length, record.slots());
  }
  const bool is_new = dnode.pointers.empty();
  const bool same_blocks = dnode.block_size == block_size;
  const bool same_tree = !is_new && dnode.geometry.pointers == wanted.pointers &&
                         (set_.is_raw() ? dnode.geometry.indirect_shift == wanted.indirect_shift &&
                                              dnode.geometry.levels <= wanted.levels
                                        : same_blocks || dnode.geometry.levels == wanted.levels);
  if (same_tree) {
    // Holes that have another size now are told again only if it is another object.
    if (!same_blocks) BlockTree(context_, dnode.geometry, dnode.pointers).clear_data();
    grow(dnode, wanted.levels);
    return;
  }
  dnode.hole_end = 0;
  if (!is_new) BlockTree(context_, dnode.geometry, dnode.pointers).clear();
  dnode.geometry = wanted;
  dnode.pointers.assign(wanted.pointers, Entry::hole(Birth{}));
}

void Editor::apply_record(const stream::Object& record, ByteView payload) {
  close_object();
  const std::uint64_t number = record.object / kSlotsPerBlock;
  if (set_.is_raw() && announced_block_ != number)
    damaged(record.object, "an OBJECT outside of its OBJECT_RANGE");
  open_block(number);
  block_->touched = true;
  Dnode& dnode = claim(static_cast<std::uint32_t>(record.object % kSlotsPerBlock), record.slots());
  const std::uint32_t block_size = block_size_for(dnode, record, payload);
  keeps_small_blocks_ = block_size < record.block_size;
  reshape(dnode, record, block_size);
  const bool wants_spill = (record.flags & stream::record_flag::kObjectSpill) != 0;
  const bool knows_spill = (set_.begin.flags & stream::begin_flag::kSpillBlock) != 0;
  if (knows_spill && !wants_spill) drop_spill(dnode);
  dnode.type = record.type;
  dnode.bonus_type = record.bonus_type;
  dnode.block_size = block_size;
  dnode.uncut_size = 0;
  may_be_cut_ = !set_.is_raw() && block_size == stream::kOldMaxBlockSize &&
                (keeps_small_blocks_ || !set_.begin.has(stream::feature::kLargeBlocks));
  if (!may_be_cut_) dnode.hole_end = 0;
  dnode.bonus_length = record.bonus_length;
  dnode.checksum_type = record.checksum_type;
  dnode.compress = record.compress;
  dnode.slots = static_cast<std::uint8_t>(record.slots());
  dnode.has_spill = wants_spill;
  if (set_.is_raw()) dnode.max_block = record.max_block_id;
  dnode.bonus.assign(payload.begin(), payload.end());
  open_object(record.object, dnode);
}

void Editor::apply_record(const stream::ObjectRange& record) {
  if (record.slot_count != kSlotsPerBlock || record.first_object % kSlotsPerBlock != 0)
    damaged(record.first_object, "an OBJECT_RANGE that is no block of dnodes");
  const std::uint64_t number = record.first_object / kSlotsPerBlock;
  open_block(number);
  announced_block_ = number;
  block_->touched = true;
  block_->entry.kind = EntryKind::kBlock;
  block_->entry.byte_order = order_of(record.flags);
  block_->entry.sealing = record.sealing;
}

/// Slots in the open or a partly covered block are freed one by one; blocks that are covered
/// whole, and that no OBJECT_RANGE announced, are holes of the meta-dnode.
void Editor::apply_record(const stream::FreeObjects& record) {
  close_object();
  const std::uint64_t end = record.first_object + record.object_count;
  std::uint64_t at = record.first_object;
  while (at < end) {
    const std::uint64_t number = at / kSlotsPerBlock;
    const std::uint64_t block_end = (number + 1) * kSlotsPerBlock;
    const bool announced = set_.is_raw() && announced_block_ == number;
    if (at % kSlotsPerBlock == 0 && end >= block_end && !announced) {
      const std::uint64_t last = end / kSlotsPerBlock;
      free_block_range(number, last);
      at = last * kSlotsPerBlock;
      continue;
    }
    open_block(number);
    block_->touched = true;
    drop_dnodes(static_cast<std::uint32_t>(at % kSlotsPerBlock),
                static_cast<std::uint32_t>(std::min(end, block_end) - number * kSlotsPerBlock));
    at = std::min(end, block_end);
  }
}

/// The sender cuts the last such range at the end of the meta-dnode, beyond which all is hole.
void Editor::free_block_range(std::uint64_t first, std::uint64_t end) {
  close_block();
  if (!set_.is_raw()) set_.max_block = std::max(set_.max_block, end - 1);
  meta_->free(first, end > set_.max_block ? UINT64_MAX : end);
}

vault::BlockPointer Editor::checkpoint() {
  std::optional<std::uint64_t> reopen;
  bool tail_freed = false;
  bool has_more = false;
  if (object_) {
    reopen = object_->number;
    tail_freed = object_->tail_freed;
    has_more = object_->has_more;
  }
  close_block();
  meta_->close();
  context_.ledger.retire(root_);
  root_.kind = EntryKind::kBlock;
  root_.birth = context_.ledger.birth;
  root_.where = context_.appender.append(encode_object_set(set_));
  context_.ledger.add(root_);
  if (!reopen) return root_.where;
  open_block(*reopen / kSlotsPerBlock);
  block_->touched = true;
  open_object(*reopen, block_->dnodes.at(static_cast<std::uint32_t>(*reopen % kSlotsPerBlock)));
  object_->tail_freed = tail_freed;
  object_->has_more = has_more;
  return root_.where;
}

}  // namespace sealift::objset
