// SPDX-License-Identifier: Apache-2.0
#include "dataset/set_writer.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/keydata.h"
#include "dataset/znode_format.h"
#include "keys/sealed_bonuses.h"
#include "objset/object_type.h"
#include "objset/plain_geometry.h"
#include "stream/nvlist.h"

namespace sealift::dataset {

using objset::Birth;
using objset::Dnode;
using objset::Entry;
using objset::EntryKind;

namespace {

/// Of open blocks of dnodes: some 20 KiB each.
constexpr std::size_t kMaxOpenBlocks = 1024;
/// Below this, checksumming a block at once is cheaper than handing it to a worker.
constexpr std::size_t kHandOverBytes = 32U << 10;
/// A block of dnodes with fewer free slots is not worth coming back to.
constexpr std::size_t kRoomySlots = 8;
constexpr std::uint32_t kFirstObject = 1;

std::uint32_t slot_of(std::uint64_t object) {
  return static_cast<std::uint32_t>(object % objset::kSlotsPerBlock);
}

std::size_t used_slots(const objset::DnodeBlock& dnodes) {
  std::size_t used = 0;
  for (const auto& [slot, dnode] : dnodes) used += dnode.slots;
  return used;
}

/// The first of `count` free slots from `from` on.
std::optional<std::uint32_t> free_slots(const objset::DnodeBlock& dnodes, std::uint32_t from,
                                        std::uint32_t count) {
  for (const auto& [slot, dnode] : dnodes) {
    if (slot >= from + count) return from;
    from = std::max<std::uint32_t>(from, slot + dnode.slots);
  }
  if (from + count <= objset::kSlotsPerBlock) return from;
  return std::nullopt;
}

/// What OpenZFS begins a dataset's streams with, whatever is in it.
stream::Begin begin_of(std::uint32_t type, bool is_sealed) {
  namespace feature = stream::feature;
  std::uint64_t features = feature::kLz4 | feature::kCompressed;
  if (is_sealed) features |= feature::kRaw;
  if (type == stream::objset_type::kFilesystem) features |= feature::kSaSpill;
  stream::Begin begin;
  begin.version_info = stream::make_version_info(stream::HeaderType::kSubstream, features);
  begin.type = type;
  begin.flags = stream::begin_flag::kFreeRecords | stream::begin_flag::kSpillBlock;
  return begin;
}

/// In the order in which OpenZFS packs it (module/zfs/dsl_crypt.c).
Bytes begin_payload(const catalog::Wrapping& wrapping, const objset::Geometry& geometry) {
  stream::Nvlist keydata;
  keydata.add_u64("DSL_CRYPTO_SUITE", wrapping.suite);
  keydata.add_u64("DSL_CRYPTO_GUID", wrapping.key_guid);
  keydata.add_u64("DSL_CRYPTO_VERSION", wrapping.version);
  catalog::put_wrapping(keydata, wrapping);
  keydata.add_u8_array("portable_mac", Bytes(std::tuple_size_v<keys::PortableMac>));
  keydata.add_u64("mdn_checksum", 0).add_u64("mdn_compress", 0);
  keydata.add_u64("mdn_nlevels", geometry.levels);
  keydata.add_u64("mdn_blksz", objset::kDnodeBlockBytes);
  keydata.add_u64("mdn_indblkshift", geometry.indirect_shift);
  keydata.add_u64("mdn_nblkptr", geometry.pointers);
  keydata.add_u64("mdn_maxblkid", 0).add_u64("to_ivset_guid", 0).add_u64("from_ivset_guid", 0);
  stream::Nvlist list;
  list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
  return stream::encode_nvlist(list, {});
}

}  // namespace

SetWriter::SetWriter(const WriterTools& tools, const Base& base)
    : tools_(tools), maker_(tools.key, tools.random) {
  if (tools.key != nullptr) cipher_.emplace(*tools.key);
  root_.kind = EntryKind::kBlock;
  root_.where = base.root;
  root_.birth = base.birth;
  set_ = objset::read_object_set(tools.reader, base.root);
  SEALIFT_ASSERT(set_.is_raw() == (tools.key != nullptr));
  // What is made here is no snapshot that was received.
  set_.begin.to_guid = 0;
  set_.begin.from_guid = 0;
  set_.begin.to_name.clear();
  set_.begin.flags |= stream::begin_flag::kFreeRecords | stream::begin_flag::kSpillBlock;
  need(stream::feature::kLz4 | stream::feature::kCompressed);
  if (set_.byte_order != Endian::kLittle)
    fail(ErrorKind::kRefused, "its blocks were written in the other byte order");
  begin_tree();
}

SetWriter::SetWriter(const WriterTools& tools, std::uint32_t type,
                     const catalog::Wrapping* wrapping)
    : tools_(tools), maker_(tools.key, tools.random) {
  if (tools.key != nullptr) cipher_.emplace(*tools.key);
  set_.begin = begin_of(type, wrapping != nullptr);
  set_.geometry = objset::kPlainMetaGeometry;
  if (wrapping != nullptr) set_.begin_payload = begin_payload(*wrapping, set_.geometry);
  set_.pointers.assign(set_.geometry.pointers, Entry::hole(Birth{}));
  begin_tree();
}

SetWriter::~SetWriter() = default;

void SetWriter::begin_tree() {
  meta_ = std::make_unique<objset::BlockTree>(context(), set_.geometry, set_.pointers);
  meta_->join_holes();
  if (set_.is_raw()) meta_->keep_macs_of(objset::kDnodeType);
}

void SetWriter::need(std::uint64_t feature) {
  set_.begin.version_info =
      stream::make_version_info(stream::HeaderType::kSubstream, set_.begin.features() | feature);
}

// -- Blocks of dnodes --------------------------------------------------------------------------

SetWriter::OpenBlock& SetWriter::open(std::uint64_t number) {
  const auto found = by_number_.find(number);
  if (found != by_number_.end()) {
    open_.splice(open_.begin(), open_, found->second);
    return open_.front();
  }
  if (open_.size() >= kMaxOpenBlocks) close_oldest();
  OpenBlock block;
  block.number = number;
  block.entry = meta_->peek(number);
  block.dnodes = objset::read_dnode_block(tools_.reader, block.entry);
  if (cipher_ && block.entry.kind == EntryKind::kBlock) unseal(block);
  open_.push_front(std::move(block));
  by_number_[number] = open_.begin();
  note_room(open_.front());
  return open_.front();
}

void SetWriter::note_room(const OpenBlock& block) {
  if (objset::kSlotsPerBlock - used_slots(block.dnodes) >= kRoomySlots)
    with_room_.insert(block.number);
}

void SetWriter::unseal(OpenBlock& block) {
  if (!keys::open_bonuses(*cipher_, tools_.reader, block.entry, block.dnodes))
    fail(ErrorKind::kDamaged, "objects {} and up are not what was sealed with this key",
         block.number * objset::kSlotsPerBlock);
}

void SetWriter::close(OpenBlock& block) {
  if (!block.touched) return;
  Entry& slot = meta_->peek_slot(block.number);
  tools_.ledger.retire(slot);
  slot = Entry::hole(tools_.ledger.birth);
  if (block.dnodes.empty()) return;
  block.entry.kind = EntryKind::kBlock;
  block.entry.byte_order = Endian::kLittle;
  if (keys::BlockSealer* sealer = maker_.sealer())
    block.entry.sealing = keys::seal_bonuses(*sealer, tools_.reader, block.dnodes);
  slot = block.entry;
  slot.birth = tools_.ledger.birth;
  slot.logical_size = objset::kDnodeBlockBytes;
  slot.where = tools_.appender.append(objset::encode_dnode_block(block.dnodes));
  tools_.ledger.add(slot);
}

void SetWriter::close_oldest() {
  OpenBlock& oldest = open_.back();
  if (tree_.tree && tree_.object / objset::kSlotsPerBlock == oldest.number) close_tree();
  close(oldest);
  by_number_.erase(oldest.number);
  open_.pop_back();
}

// -- Objects -----------------------------------------------------------------------------------

const Dnode* SetWriter::find(std::uint64_t object) {
  close_tree();
  if (object / objset::kSlotsPerBlock > set_.max_block) return nullptr;
  const OpenBlock& block = open(object / objset::kSlotsPerBlock);
  const auto found = block.dnodes.find(slot_of(object));
  return found == block.dnodes.end() ? nullptr : &found->second;
}

Dnode& SetWriter::edit(std::uint64_t object) {
  if (tree_.tree && tree_.object != object) close_tree();
  OpenBlock& block = open(object / objset::kSlotsPerBlock);
  const auto found = block.dnodes.find(slot_of(object));
  if (found == block.dnodes.end()) fail(ErrorKind::kDamaged, "there is no object {}", object);
  block.touched = true;
  return found->second;
}

std::uint64_t SetWriter::allocate(std::uint8_t slots) {
  close_tree();
  while (!with_room_.empty()) {
    const std::uint64_t number = *with_room_.begin();
    const auto slot = free_slots(open(number).dnodes, number == 0 ? kFirstObject : 0, slots);
    if (slot) {
      const std::uint64_t object = number * objset::kSlotsPerBlock + *slot;
      claim(object, slots);
      return object;
    }
    with_room_.erase(number);
  }
  const std::uint64_t number = set_.pointers.empty() ? 0 : set_.max_block + 1;
  if (number > directory_entry::kMaxObject / objset::kSlotsPerBlock)
    fail(ErrorKind::kRefused, "there are no numbers left for more objects");
  set_.max_block = number;
  with_room_.insert(number);
  return allocate(slots);
}

void SetWriter::claim(std::uint64_t object, std::uint8_t slots) {
  close_tree();
  const std::uint64_t number = object / objset::kSlotsPerBlock;
  set_.max_block = std::max(set_.max_block, number);
  OpenBlock& block = open(number);
  block.touched = true;
  Dnode& dnode = block.dnodes[slot_of(object)];
  SEALIFT_ASSERT(dnode.type == 0);
  dnode.slots = slots;
  if (slots > 1) need(stream::feature::kLargeDnode);
  dnode.block_size = stream::kMinBlockSize;
  dnode.pointers.assign(dnode.geometry.pointers, Entry::hole(Birth{}));
}

Dnode& SetWriter::create(std::uint64_t object, const NewObject& fresh) {
  Dnode& dnode = edit(object);
  dnode.type = fresh.type;
  dnode.bonus_type = fresh.bonus_type;
  dnode.bonus_length = fresh.bonus_length;
  dnode.block_size = fresh.block_size;
  dnode.geometry.pointers = objset::deduce_pointers(fresh.bonus_type, fresh.bonus_length, 1);
  dnode.pointers.assign(dnode.geometry.pointers, Entry::hole(Birth{}));
  return dnode;
}

void SetWriter::drop_spill(Dnode& dnode) {
  tools_.ledger.retire(dnode.spill);
  dnode.spill = Entry{};
  dnode.has_spill = false;
}

void SetWriter::remove(std::uint64_t object) {
  tree_of(object).clear();
  close_tree();
  drop_spill(edit(object));
  OpenBlock& block = open(object / objset::kSlotsPerBlock);
  block.dnodes.erase(slot_of(object));
  note_room(block);
}

// -- Blocks ------------------------------------------------------------------------------------

objset::BlockTree& SetWriter::tree_of(std::uint64_t object) {
  Dnode& dnode = edit(object);
  if (!tree_.tree) {
    tree_.object = object;
    tree_.tree = std::make_unique<objset::BlockTree>(context(), dnode.geometry, dnode.pointers);
    tree_.tree->join_holes();
    if (set_.is_raw()) tree_.tree->keep_macs_of(dnode.type);
  }
  return *tree_.tree;
}

void SetWriter::close_tree() {
  if (!tree_.tree) return;
  tree_.tree->close();
  tree_.tree.reset();
}

Entry SetWriter::entry(std::uint64_t object, std::uint64_t block) {
  return tree_of(object).get(block);
}

void SetWriter::fit_levels(std::uint64_t object, std::uint64_t block) {
  const std::uint8_t levels = objset::levels_for(edit(object).geometry, block);
  if (levels <= edit(object).geometry.levels) return;
  close_tree();  // pointers move, and must not be waited for
  tree_of(object).grow(levels);
}

void SetWriter::extend(std::uint64_t object, std::uint64_t last_block) {
  fit_levels(object, last_block);
  Dnode& dnode = edit(object);
  dnode.max_block = std::max(dnode.max_block, last_block);
}

void SetWriter::write(std::uint64_t object, std::uint64_t block, MadeBlock made) {
  extend(object, block);
  largest_block_ = std::max(largest_block_, made.entry.logical_size);
  if (made.entry.compression == compression::kZstd) need(stream::feature::kZstd);
  objset::BlockTree& tree = tree_of(object);
  Entry& entry = tree.slot(block);
  entry = made.entry;
  entry.birth = tools_.ledger.birth;
  if (made.stored.size() < kHandOverBytes) {
    entry.where = tools_.appender.append(made.stored);
  } else {
    const auto placed = tools_.appender.place(made.stored, entry.where.checksum);
    entry.where.segment = placed.pointer.segment;
    entry.where.offset = placed.pointer.offset;
    entry.where.length = placed.pointer.length;
    tree.awaits(placed.batch);
  }
  tools_.ledger.add(entry);
}

void SetWriter::punch(std::uint64_t object, std::uint64_t first, std::uint64_t end) {
  tree_of(object).free(first, end);
}

void SetWriter::truncate(std::uint64_t object, std::uint64_t end) {
  Dnode& dnode = edit(object);
  if (end > dnode.max_block) return;
  tree_of(object).free(end, UINT64_MAX);
  edit(object).max_block = end == 0 ? 0 : end - 1;
}

void SetWriter::reshape(std::uint64_t object, std::uint32_t block_size) {
  tree_of(object).clear();
  close_tree();
  Dnode& dnode = edit(object);
  dnode.block_size = block_size;
  dnode.max_block = 0;
  dnode.uncut_size = 0;
  dnode.hole_end = 0;
  dnode.geometry.levels = 1;
}

void SetWriter::put_spill(std::uint64_t object, const MadeBlock* made) {
  Dnode& dnode = edit(object);
  drop_spill(dnode);
  if (made == nullptr) return;
  dnode.has_spill = true;
  dnode.spill = made->entry;
  dnode.spill.key = {};
  dnode.spill.checksum_type = 0;
  dnode.spill.birth = tools_.ledger.birth;
  dnode.spill.where = tools_.appender.append(made->stored);
  tools_.ledger.add(dnode.spill);
}

// -- The end -----------------------------------------------------------------------------------

/// The keyed root of all, and what else a stream tells of the meta-dnode.
void SetWriter::update_payload() {
  stream::UnpackedNvlist payload = stream::decode_nvlist(set_.begin_payload);
  const stream::Nvlist* found = payload.list.get_nvlist(stream::begin_key::kCryptKeydata);
  SEALIFT_ASSERT(found != nullptr);
  stream::Nvlist keydata = *found;
  keydata.add_u64("mdn_maxblkid", set_.max_block);
  keys::DnodePointers pointers;
  const objset::TreeKind kind{objset::kDnodeType, set_.geometry.indirect_shift};
  for (const Entry& entry : set_.pointers)
    pointers.push_back(objset::authentic_pointer(entry, kind, set_.geometry.levels - 1U));
  const keys::PortableMac mac = cipher_->portable_mac(keys::portable_message(set_, pointers));
  keydata.add_u8_array("portable_mac", Bytes(mac.begin(), mac.end()));
  payload.list.add_nvlist(stream::begin_key::kCryptKeydata, std::move(keydata));
  set_.begin_payload = stream::encode_nvlist(payload.list, payload.packing);
}

vault::BlockPointer SetWriter::finish() {
  close_tree();
  // In their order, so that each node of the meta-dnode is written once.
  open_.sort([](const OpenBlock& a, const OpenBlock& b) { return a.number < b.number; });
  for (OpenBlock& block : open_) close(block);
  open_.clear();
  by_number_.clear();
  meta_->close();
  if (set_.is_raw()) update_payload();
  tools_.ledger.retire(root_);
  root_.kind = EntryKind::kBlock;
  root_.birth = tools_.ledger.birth;
  root_.where = tools_.appender.append(objset::encode_object_set(set_));
  tools_.ledger.add(root_);
  return root_.where;
}

}  // namespace sealift::dataset
