// SPDX-License-Identifier: Apache-2.0
#include "objset/object_set.h"

#include "objset/byte_codec.h"
#include "stream/record_codec.h"

namespace sealift::objset {
namespace {

constexpr std::uint32_t kMagic = 0x314a424f;  // "OBJ1"
constexpr std::uint8_t kBigEndianSet = 0x01;

struct TreeView {
  const Geometry& geometry;
  const std::vector<Entry>& pointers;
};

/// The level-0 entry of `block`, or the hole that covers it.
Entry find_leaf(const vault::BlockReader& reader, const TreeView& tree, std::uint64_t block) {
  if (block >= tree.geometry.capacity()) return {};
  unsigned level = tree.geometry.levels - 1U;
  Entry entry = tree.pointers[tree.geometry.ancestor(block, level)];
  while (level > 0 && entry.kind == EntryKind::kBlock) {
    --level;
    const std::uint64_t index = tree.geometry.ancestor(block, level);
    entry = read_node(reader, entry, tree.geometry)[index & (tree.geometry.entries_per_node() - 1)];
  }
  return entry;
}

}  // namespace

Bytes encode_object_set(const ObjectSet& set) {
  Bytes out;
  Packer pack(out);
  pack.put(kMagic);
  pack.put(static_cast<std::uint8_t>(set.byte_order == Endian::kBig ? kBigEndianSet : 0));
  std::array<std::uint8_t, stream::kRecordSize> begin;
  stream::encode(set.begin, Endian::kLittle, begin);
  pack.put(ByteView(begin));
  pack.put_sized(ByteView(set.begin_payload));
  pack.put(set.geometry.levels);
  pack.put(set.geometry.pointers);
  pack.put(set.geometry.indirect_shift);
  pack.put(set.max_block);
  encode_entries(set.pointers, out);
  return out;
}

ObjectSet decode_object_set(ByteView from) {
  Unpacker unpack(from);
  if (unpack.take<std::uint32_t>() != kMagic)
    fail(ErrorKind::kDamaged, "the root of an object set has another magic number");
  ObjectSet set;
  set.byte_order = (unpack.take<std::uint8_t>() & kBigEndianSet) ? Endian::kBig : Endian::kLittle;
  stream::Record record;
  stream::decode(unpack.take_bytes(stream::kRecordSize).first<stream::kRecordSize>(),
                 Endian::kLittle, record);
  const auto* begin = std::get_if<stream::Begin>(&record);
  if (begin == nullptr) fail(ErrorKind::kDamaged, "an object set without its BEGIN record");
  set.begin = *begin;
  const ByteView payload = unpack.take_sized();
  set.begin_payload.assign(payload.begin(), payload.end());
  set.geometry.levels = unpack.take<std::uint8_t>();
  set.geometry.pointers = unpack.take<std::uint8_t>();
  set.geometry.indirect_shift = unpack.take<std::uint8_t>();
  set.max_block = unpack.take<std::uint64_t>();
  if (!set.geometry.is_valid() || set.max_block >= stream::kMaxObject / kSlotsPerBlock)
    fail(ErrorKind::kDamaged, "an object set of impossible shape");
  set.pointers = decode_entries(unpack.rest(), set.geometry.pointers).entries;
  return set;
}

ObjectSet read_object_set(const vault::BlockReader& reader, const vault::BlockPointer& where) {
  return decode_object_set(reader.read(where));
}

DnodeBlock read_dnode_block(const vault::BlockReader& reader, const Entry& entry) {
  if (entry.kind != EntryKind::kBlock) return {};
  return decode_dnode_block(reader.read(entry.where));
}

std::vector<Entry> read_node(const vault::BlockReader& reader, const Entry& pointer,
                             const Geometry& geometry) {
  return decode_node(reader.read(pointer.where), geometry);
}

void expect_end(ByteView rest) {
  if (!rest.empty()) fail(ErrorKind::kDamaged, "bytes behind the last entry of an indirect block");
}

std::vector<Entry> decode_node(ByteView bytes, const Geometry& geometry) {
  DecodedEntries decoded = decode_entries(bytes, geometry.entries_per_node());
  if (!decoded.rest.empty())
    fail(ErrorKind::kDamaged, "bytes behind the last entry of an indirect block");
  return std::move(decoded.entries);
}

std::optional<Dnode> find_dnode(const vault::BlockReader& reader, const ObjectSet& set,
                                std::uint64_t object) {
  const Entry block = find_leaf(reader, {set.geometry, set.pointers}, object / kSlotsPerBlock);
  DnodeBlock dnodes = read_dnode_block(reader, block);
  const auto found = dnodes.find(static_cast<std::uint32_t>(object % kSlotsPerBlock));
  if (found == dnodes.end()) return std::nullopt;
  return std::move(found->second);
}

Entry find_block(const vault::BlockReader& reader, const ObjectSet& set, const Place& place) {
  const std::optional<Dnode> dnode = find_dnode(reader, set, place.object);
  return dnode ? find_block(reader, *dnode, place.offset_bytes) : Entry{};
}

Entry find_block(const vault::BlockReader& reader, const Dnode& dnode, std::uint64_t offset_bytes) {
  if (offset_bytes % dnode.block_size != 0) return {};
  return find_leaf(reader, {dnode.geometry, dnode.pointers}, offset_bytes / dnode.block_size);
}

}  // namespace sealift::objset
