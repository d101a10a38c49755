// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/endian.h"
#include "objset/birth.h"
#include "stream/record.h"
#include "vault/block.h"

namespace sealift::objset {

enum class EntryKind : std::uint8_t { kHole = 0, kBlock = 1, kEmbedded = 2, kRedacted = 3 };

/// One pointer of an indirect block or of a dnode: OpenZFS's pointer with our address.
struct Entry {
  EntryKind kind = EntryKind::kHole;
  Endian byte_order = Endian::kLittle;  ///< of the block's contents
  bool dedup_capable = false;           ///< DRR_CHECKSUM_DEDUP
  std::uint8_t checksum_type = 0;       ///< enum zio_checksum, as in DRR_WRITE
  std::uint8_t compression = 0;         ///< enum zio_compress; 0 where the wire had none
  std::uint8_t embedded_type = 0;       ///< kEmbedded: BP_EMBEDDED_TYPE_*
  std::uint32_t logical_size = 0;       ///< bytes before compression; 0 above level 0
  std::uint32_t embedded_lsize = 0;     ///< kEmbedded: uncompressed size of the payload
  std::uint32_t embedded_psize = 0;     ///< kEmbedded: real size of the payload
  Birth birth;
  vault::BlockPointer where;  ///< kBlock and kEmbedded
  stream::Sealing sealing;
  /// DRR_WRITE's key as received: for salted checksums and plain blocks it cannot be computed.
  stream::DedupKey key;

  bool is_hole() const { return kind == EntryKind::kHole; }
  bool operator==(const Entry&) const = default;

  static Entry hole(Birth birth) {
    Entry entry;
    entry.birth = birth;
    return entry;
  }
};

/// What the entries before tell of the next one of the same block, so that it can be left out.
struct EntryContext {
  Birth birth;
  stream::Salt salt{};
  Entry block;             ///< the last one that was no hole
  std::uint8_t flags = 0;  ///< of its encoding
};

/// Appends `entries` to `out`, runs of equal holes as one item and without what follows from those
/// before, of which `context` tells. proto/objset.md is the layout.
void encode_entries(const std::vector<Entry>& entries, Bytes& out, EntryContext& context);
inline void encode_entries(const std::vector<Entry>& entries, Bytes& out) {
  EntryContext context;
  encode_entries(entries, out, context);
}

/// Reads exactly `count` entries from the front of `from` and returns the rest of it.
/// Throws Error(kDamaged) where they cannot be entries.
struct DecodedEntries {
  std::vector<Entry> entries;
  ByteView rest;
};
DecodedEntries decode_entries(ByteView from, std::size_t count, EntryContext& context);
inline DecodedEntries decode_entries(ByteView from, std::size_t count) {
  EntryContext context;
  return decode_entries(from, count, context);
}

}  // namespace sealift::objset
