// SPDX-License-Identifier: Apache-2.0
// The editor's records of data that came before, in the same stream or in another one of the
// package. Senders made them up to OpenZFS 0.8 (zfs send -D).
#include "objset/damaged.h"
#include "objset/editor.h"

namespace sealift::objset {

/// The block at `place` as the stream made it so far.
Entry Editor::find_made(const Place& place) {
  if (object_ && object_->number == place.object) {
    const std::uint32_t size = object_->dnode->block_size;
    return place.offset_bytes % size == 0 ? object_->tree->peek(place.offset_bytes / size)
                                          : Entry{};
  }
  const std::uint64_t number = place.object / kSlotsPerBlock;
  const bool is_open = block_ && block_->number == number;
  DnodeBlock read;
  if (!is_open) read = read_dnode_block(context_.reader, meta_->peek(number));
  const DnodeBlock& dnodes = is_open ? block_->dnodes : read;
  const auto found = dnodes.find(static_cast<std::uint32_t>(place.object % kSlotsPerBlock));
  if (found == dnodes.end()) return {};
  return find_block(context_.reader, found->second, place.offset_bytes);
}

Entry Editor::find_referred(const stream::WriteByref& record) {
  const Place place{record.ref_object, record.ref_offset};
  if (record.ref_guid == set_.begin.to_guid) return find_made(place);
  std::optional<ObjectSet> other;
  if (find_object_set_) other = find_object_set_(record.ref_guid);
  if (!other)
    fail(ErrorKind::kState, "object {}: its data are in a snapshot of guid {}, which is not here",
         record.object, record.ref_guid);
  return find_block(context_.reader, *other, place);
}

/// The block is copied: two places that share one address could not be told apart when one of
/// them is freed.
void Editor::apply_record(const stream::WriteByref& record) {
  require_current(record.object);
  const Entry source = find_referred(record);
  if (source.where.is_null())
    damaged(record.ref_object, fmt::format("no block at offset {} to refer to", record.ref_offset));
  const Bytes payload = context_.reader.read(source.where);
  Entry& entry = new_entry(record.object, record.offset);
  if (record.length != entry.logical_size || record.length != source.logical_size)
    damaged(record.object, "a WRITE_BYREF that is not of its object's block size");
  const Birth birth = entry.birth;
  entry = source;
  entry.birth = birth;
  store_payload(entry, payload);
}

}  // namespace sealift::objset
