// SPDX-License-Identifier: Apache-2.0
#include "objset/entry.h"

#include "objset/byte_codec.h"

// An item begins with one tag byte: the kind in its low two bits, the rest says which fields
// follow. What equals the entry before it, or follows from it, is left out: one receive's blocks
// share their birth and, for a while, their salt, are alike, and stand behind one another. An
// increment reads many entries for each that it sends, so their size is what it costs.

namespace sealift::objset {
namespace {

constexpr std::uint8_t kKindMask = 0x03;
constexpr std::uint8_t kSameBirth = 0x04;
constexpr std::uint8_t kSealed = 0x08;
constexpr std::uint8_t kSameSalt = 0x10;
constexpr std::uint8_t kKeyed = 0x20;   ///< the key is not all zero
constexpr std::uint8_t kKeyMac = 0x40;  ///< words 2 and 3 of its checksum are the MAC
constexpr std::uint8_t kNext = 0x80;    ///< alike, and right behind the block before it

constexpr std::uint8_t kBigEndian = 0x01;
constexpr std::uint8_t kDedupCapable = 0x02;
constexpr std::uint8_t kUsualKey = 0x04;  ///< the key's property word is the one below
constexpr std::uint8_t kFullSize = 0x08;  ///< stored in as many bytes as the logical size
constexpr std::uint8_t kAdjacent = 0x10;  ///< right behind the block before it, but not alike
constexpr std::uint8_t kEntryFlags = kBigEndian | kDedupCapable | kUsualKey | kFullSize | kAdjacent;

/// The property word that a key has (include/sys/ddt.h, DDK_SET_*) where the stream told all of it.
std::uint64_t usual_properties(const Entry& entry) {
  constexpr std::uint64_t sector = 512;
  const std::uint64_t encrypted = entry.sealing != stream::Sealing{};
  const auto sectors = [](std::uint64_t bytes) { return (bytes / sector - 1) & 0xffff; };
  return sectors(entry.logical_size) | sectors(entry.where.length) << 16 |
         std::uint64_t{entry.compression} << 32 | encrypted << 39;
}

std::uint8_t flags_of(const Entry& entry) {
  std::uint8_t flags = 0;
  if (entry.byte_order == Endian::kBig) flags |= kBigEndian;
  if (entry.dedup_capable) flags |= kDedupCapable;
  if (entry.key.properties == usual_properties(entry)) flags |= kUsualKey;
  if (entry.where.length == entry.logical_size) flags |= kFullSize;
  return flags;
}

std::uint64_t end_of(const vault::BlockPointer& where) {
  return where.offset + where.length;
}

bool is_adjacent(const Entry& entry, const Entry& before) {
  return before.kind == EntryKind::kBlock && entry.kind == EntryKind::kBlock &&
         entry.where.segment == before.where.segment && entry.where.offset == end_of(before.where);
}

bool is_next(const Entry& entry, const EntryContext& previous) {
  const Entry& before = previous.block;
  return is_adjacent(entry, before) && flags_of(entry) == previous.flags &&
         entry.checksum_type == before.checksum_type && entry.compression == before.compression &&
         entry.logical_size == before.logical_size;
}

/// OpenZFS keeps the MAC of an encrypted block in words 2 and 3 of its checksum
/// (module/os/linux/zfs/zio_crypt.c).
bool checksum_ends_in_mac(const Entry& entry) {
  return load<std::uint64_t>(entry.sealing.mac.data()) == entry.key.checksum[2] &&
         load<std::uint64_t>(entry.sealing.mac.data() + 8) == entry.key.checksum[3];
}

std::uint8_t tag_of(const Entry& entry, const EntryContext& previous) {
  auto tag = static_cast<std::uint8_t>(entry.kind);
  if (entry.birth == previous.birth) tag |= kSameBirth;
  if (entry.kind == EntryKind::kHole || entry.kind == EntryKind::kRedacted) return tag;
  const bool sealed = entry.sealing != stream::Sealing{};
  if (sealed) tag |= kSealed;
  if (sealed && entry.sealing.salt == previous.salt) tag |= kSameSalt;
  if (entry.key != stream::DedupKey{}) tag |= kKeyed;
  if (sealed && entry.key != stream::DedupKey{} && checksum_ends_in_mac(entry)) tag |= kKeyMac;
  if (is_next(entry, previous)) tag |= kNext;
  return tag;
}

void pack_sealing(Packer& pack, const stream::Sealing& sealing, std::uint8_t tag) {
  if (!(tag & kSealed)) return;
  if (!(tag & kSameSalt)) pack.put(ByteView(sealing.salt));
  pack.put(ByteView(sealing.iv));
  pack.put(ByteView(sealing.mac));
}

void pack_key(Packer& pack, const Entry& entry, std::uint8_t tag) {
  if (!(tag & kKeyed)) return;
  if (!(flags_of(entry) & kUsualKey)) pack.put(entry.key.properties);
  const std::size_t words = (tag & kKeyMac) ? 2 : 4;
  for (std::size_t i = 0; i < words; ++i) pack.put(entry.key.checksum[i]);
}

/// The fields that are left out of a block which is alike and right behind the one before.
void pack_kind(Packer& pack, const Entry& entry, const Entry& before) {
  const bool adjacent = is_adjacent(entry, before);
  pack.put(static_cast<std::uint8_t>(flags_of(entry) | (adjacent ? kAdjacent : 0)));
  pack.put(entry.checksum_type);
  pack.put(entry.compression);
  pack.put(entry.logical_size);
  if (adjacent) return;
  pack.put(entry.where.segment);
  pack.put(entry.where.offset);
}

void pack_block(Packer& pack, const Entry& entry, const Entry& before, std::uint8_t tag) {
  const std::uint8_t flags = flags_of(entry);
  if (!(tag & kNext)) pack_kind(pack, entry, before);
  if (entry.kind == EntryKind::kEmbedded) {
    pack.put(entry.embedded_type);
    pack.put(entry.embedded_lsize);
    pack.put(entry.embedded_psize);
  }
  if (!(flags & kFullSize)) pack.put(entry.where.length);
  pack.put(ByteView(entry.where.checksum));
  pack_sealing(pack, entry.sealing, tag);
  pack_key(pack, entry, tag);
}

void unpack_key(Unpacker& unpack, Entry& entry, const EntryContext& previous, std::uint8_t tag) {
  if (!(tag & kKeyed)) return;
  entry.key.properties =
      (previous.flags & kUsualKey) ? usual_properties(entry) : unpack.take<std::uint64_t>();
  const std::size_t words = (tag & kKeyMac) ? 2 : 4;
  for (std::size_t i = 0; i < words; ++i) entry.key.checksum[i] = unpack.take<std::uint64_t>();
  if (!(tag & kKeyMac)) return;
  entry.key.checksum[2] = load<std::uint64_t>(entry.sealing.mac.data());
  entry.key.checksum[3] = load<std::uint64_t>(entry.sealing.mac.data() + 8);
}

void unpack_sealing(Unpacker& unpack, stream::Sealing& sealing, EntryContext& previous,
                    std::uint8_t tag) {
  if (!(tag & kSealed)) return;
  if (!(tag & kSameSalt)) previous.salt = unpack.take_array<8>();
  sealing.salt = previous.salt;
  sealing.iv = unpack.take_array<12>();
  sealing.mac = unpack.take_array<16>();
}

void follow(Entry& entry, const Entry& before) {
  if (before.kind != EntryKind::kBlock || entry.kind != EntryKind::kBlock)
    fail(ErrorKind::kDamaged, "an entry says that it follows a block, and there is none");
  entry.where.segment = before.where.segment;
  entry.where.offset = end_of(before.where);
}

void unpack_kind(Unpacker& unpack, Entry& entry, EntryContext& previous, std::uint8_t tag) {
  const Entry& before = previous.block;
  if (tag & kNext) {
    follow(entry, before);
    entry.checksum_type = before.checksum_type;
    entry.compression = before.compression;
    entry.logical_size = before.logical_size;
  } else {
    const auto flags = unpack.take<std::uint8_t>();
    if (flags & ~kEntryFlags) fail(ErrorKind::kDamaged, "an entry has unknown flags {:#x}", flags);
    previous.flags = flags & ~kAdjacent;
    entry.checksum_type = unpack.take<std::uint8_t>();
    entry.compression = unpack.take<std::uint8_t>();
    entry.logical_size = unpack.take<std::uint32_t>();
    if (flags & kAdjacent) {
      follow(entry, before);
    } else {
      entry.where.segment = unpack.take<std::uint32_t>();
      entry.where.offset = unpack.take<std::uint64_t>();
    }
  }
  entry.byte_order = (previous.flags & kBigEndian) ? Endian::kBig : Endian::kLittle;
  entry.dedup_capable = (previous.flags & kDedupCapable) != 0;
}

void unpack_block(Unpacker& unpack, Entry& entry, EntryContext& previous, std::uint8_t tag) {
  unpack_kind(unpack, entry, previous, tag);
  if (entry.kind == EntryKind::kEmbedded) {
    entry.embedded_type = unpack.take<std::uint8_t>();
    entry.embedded_lsize = unpack.take<std::uint32_t>();
    entry.embedded_psize = unpack.take<std::uint32_t>();
  }
  entry.where.length =
      (previous.flags & kFullSize) ? entry.logical_size : unpack.take<std::uint32_t>();
  entry.where.checksum = unpack.take_array<std::tuple_size_v<vault::Checksum>>();
  unpack_sealing(unpack, entry.sealing, previous, tag);
  unpack_key(unpack, entry, previous, tag);
  previous.block = entry;
}

}  // namespace

void encode_entries(const std::vector<Entry>& entries, Bytes& out, EntryContext& previous) {
  Packer pack(out);
  for (std::size_t i = 0; i < entries.size();) {
    const Entry& entry = entries[i];
    const std::uint8_t tag = tag_of(entry, previous);
    pack.put(tag);
    if (!(tag & kSameBirth)) pack.put(entry.birth.value);
    previous.birth = entry.birth;
    if (entry.kind == EntryKind::kHole || entry.kind == EntryKind::kRedacted) {
      std::uint32_t run = 1;
      while (i + run < entries.size() && entries[i + run] == entry) ++run;
      pack.put(run);
      i += run;
      continue;
    }
    pack_block(pack, entry, previous.block, tag);
    if (tag & kSealed) previous.salt = entry.sealing.salt;
    previous.block = entry;
    previous.flags = flags_of(entry);
    ++i;
  }
}

DecodedEntries decode_entries(ByteView from, std::size_t count, EntryContext& previous) {
  Unpacker unpack(from);
  DecodedEntries decoded;
  decoded.entries.reserve(count);
  while (decoded.entries.size() < count) {
    const auto tag = unpack.take<std::uint8_t>();
    Entry entry;
    entry.kind = static_cast<EntryKind>(tag & kKindMask);
    entry.birth = (tag & kSameBirth) ? previous.birth : Birth{unpack.take<std::uint64_t>()};
    previous.birth = entry.birth;
    if (entry.kind == EntryKind::kHole || entry.kind == EntryKind::kRedacted) {
      const auto run = unpack.take<std::uint32_t>();
      if (run == 0 || run > count - decoded.entries.size())
        fail(ErrorKind::kDamaged, "a run of {} holes does not fit among {} entries", run, count);
      decoded.entries.insert(decoded.entries.end(), run, entry);
      continue;
    }
    unpack_block(unpack, entry, previous, tag);
    decoded.entries.push_back(entry);
  }
  decoded.rest = unpack.rest();
  return decoded;
}

}  // namespace sealift::objset
