// SPDX-License-Identifier: Apache-2.0
#include "keys/stream_prover.h"

#include "base/error.h"
#include "objset/object_type.h"
#include "objset/raw_shape.h"

namespace sealift::keys {
namespace {

using stream::Reader;

objset::ObjectSet set_of(const Reader& reader, const Reader::Item& item) {
  objset::ObjectSet set;
  set.begin = std::get<stream::Begin>(item.record);
  set.byte_order = reader.endian();
  set.begin_payload.assign(item.payload.begin(), item.payload.end());
  const auto* keydata = reader.begin_payload()->list.get_nvlist(stream::begin_key::kCryptKeydata);
  const objset::MetaShape shape = objset::meta_shape_of(*keydata);
  set.geometry = shape.geometry;
  set.max_block = shape.max_block;
  return set;
}

bool is_whole_stream(const stream::Begin& begin) {
  return begin.from_guid == 0 && !begin.has(stream::feature::kResuming);
}

objset::Dnode dnode_of(const stream::Object& record, ByteView bonus) {
  objset::Dnode dnode;
  dnode.type = record.type;
  dnode.bonus_type = record.bonus_type;
  dnode.block_size = record.block_size;
  dnode.bonus_length = record.bonus_length;
  dnode.checksum_type = record.checksum_type;
  dnode.compress = record.compress;
  dnode.slots = static_cast<std::uint8_t>(record.slots());
  dnode.has_spill = (record.flags & stream::record_flag::kObjectSpill) != 0;
  dnode.geometry = objset::geometry_of(record);
  dnode.max_block = record.max_block_id;
  dnode.bonus.assign(bonus.begin(), bonus.end());
  return dnode;
}

objset::Entry entry_of(ByteView payload, const stream::Sealing& sealing, Endian order) {
  objset::Entry entry;
  entry.kind = objset::EntryKind::kBlock;
  entry.byte_order = order;
  entry.where.length = static_cast<std::uint32_t>(payload.size());
  entry.sealing = sealing;
  return entry;
}

}  // namespace

StreamProver::StreamProver(MasterKey key, const Reader& reader, const Reader::Item& begin)
    : key_(std::move(key)), cipher_(key_), opener_(cipher_), set_(set_of(reader, begin)) {
  if (is_whole_stream(set_.begin))
    meta_.emplace(objset::TreeKind{objset::kDnodeType, set_.geometry.indirect_shift},
                  set_.geometry);
}

void StreamProver::apply(const stream::Record& record, ByteView payload) {
  opener_.open(record, payload);
  if (!meta_) return;
  if (const auto* range = std::get_if<stream::ObjectRange>(&record)) follow(*range);
  if (const auto* object = std::get_if<stream::Object>(&record)) follow(*object, payload);
  if (const auto* write = std::get_if<stream::Write>(&record)) follow(*write, payload);
  if (const auto* spill = std::get_if<stream::Spill>(&record)) follow(*spill, payload);
  if (std::holds_alternative<stream::End>(record)) finish();
}

Endian StreamProver::order_of(std::uint8_t record_flags) const {
  return objset::block_order(set_.byte_order, record_flags);
}

void StreamProver::follow(const stream::ObjectRange& record) {
  close_block();
  block_.emplace(OpenBlock{record.first_object / objset::kSlotsPerBlock,
                           entry_of({}, record.sealing, order_of(record.flags)),
                           {},
                           {}});
}

/// The rules have it inside of the last OBJECT_RANGE.
void StreamProver::follow(const stream::Object& record, ByteView payload) {
  close_object();
  const auto slot = static_cast<std::uint32_t>(record.object % objset::kSlotsPerBlock);
  objset::Dnode& dnode = block_->dnodes[slot] = dnode_of(record, payload);
  object_.emplace(OpenObject{slot, &dnode,
                             MacTree({dnode.type, dnode.geometry.indirect_shift}, dnode.geometry)});
}

void StreamProver::follow(const stream::Write& record, ByteView payload) {
  const objset::Dnode& dnode = *object_->dnode;
  if (record.type != dnode.type)
    fail(ErrorKind::kDamaged, "object {}, offset {}: a block of another type than its object",
         record.object, record.offset);
  objset::Entry entry = entry_of(payload, record.sealing, order_of(record.flags));
  entry.logical_size = static_cast<std::uint32_t>(record.logical_size);
  entry.compression = record.compression;
  object_->tree.add(
      record.offset / dnode.block_size,
      objset::authentic_pointer(entry, {dnode.type, dnode.geometry.indirect_shift}, 0));
}

void StreamProver::follow(const stream::Spill& record, ByteView payload) {
  objset::Dnode& dnode = *object_->dnode;
  dnode.has_spill = true;
  dnode.spill = entry_of(payload, record.sealing, order_of(record.flags));
  dnode.spill.logical_size = static_cast<std::uint32_t>(record.length);
  dnode.spill.compression = record.compression;
}

void StreamProver::close_object() {
  if (!object_) return;
  DnodePointers pointers = object_->tree.finish();
  if (object_->dnode->has_spill) pointers.push_back(objset::authentic_spill(*object_->dnode));
  block_->pointers.emplace(object_->slot, std::move(pointers));
  object_.reset();
}

void StreamProver::close_block() {
  close_object();
  if (!block_) return;
  const std::uint64_t first = block_->number * objset::kSlotsPerBlock;
  SealedDnodes dnodes = in_context(fmt::format("objects from {}", first), [&] {
    return seal_layout(block_->dnodes, block_->pointers, block_->entry.byte_order);
  });
  if (!cipher_.open(block_->entry.sealing, dnodes))
    fail(ErrorKind::kDamaged,
         "one of the objects {} to {}, or the place of a block of theirs, is not what was sealed "
         "with this key",
         first, first + objset::kSlotsPerBlock - 1);
  meta_->add(block_->number,
             objset::authentic_pointer(block_->entry,
                                       {objset::kDnodeType, set_.geometry.indirect_shift}, 0));
  block_.reset();
}

void StreamProver::finish() {
  close_block();
  const PortableMac mac = cipher_.portable_mac(portable_message(set_, meta_->finish()));
  if (!crypto::is_equal(mac, claimed_portable_mac(set_)))
    fail(ErrorKind::kDamaged, "the portable MAC does not cover these objects");
}

}  // namespace sealift::keys
