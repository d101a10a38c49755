// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/keys.h>

#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"

namespace sealift::keys::test {

using replicate::test::edited;
using replicate::test::ReceiveWorld;
using replicate::test::reference;

/// Access to the key file `name` of the reference streams.
inline KeyAccess key_file(const std::string& name) {
  KeyAccess access;
  access.location = "file://" SEALIFT_TEST_DATA "/streams/keys/" + name;
  return access;
}

/// Something that somebody on the line, with all the arithmetic of checksums, can do to a stream.
struct Tampering {
  std::string name;
  replicate::test::EditRecord edit;
};

inline bool has_sealed_bonus(const stream::Object& record) {
  return record.bonus_type == 44 && record.bonus_length > 8;
}
template <class Record>
bool has_sealed_bonus(const Record&) {
  return true;
}

/// Changes the first record of a type only; the first OBJECT with a sealed bonus.
template <class Record, class Edit>
replicate::test::EditRecord first(Edit edit) {
  return [edit, is_done = false](stream::Record& record, Bytes& payload) mutable {
    auto* found = std::get_if<Record>(&record);
    if (found == nullptr || is_done || !has_sealed_bonus(*found)) return;
    is_done = true;
    edit(*found, payload);
  };
}

inline void change_keydata(Bytes& payload, const std::function<void(stream::Nvlist&)>& change) {
  stream::UnpackedNvlist unpacked = stream::decode_nvlist(payload);
  stream::Nvlist list(unpacked.list.flags());
  for (stream::Nvlist::Pair pair : unpacked.list.pairs()) {
    if (pair.name == stream::begin_key::kCryptKeydata)
      change(std::get<std::vector<stream::Nvlist>>(pair.value).front());
    list.append(std::move(pair));
  }
  payload = stream::encode_nvlist(list, unpacked.packing);
}

inline void flip_portable_mac(stream::Nvlist& keydata) {
  stream::Nvlist changed(keydata.flags());
  for (stream::Nvlist::Pair pair : keydata.pairs()) {
    if (pair.name == "portable_mac") std::get<Bytes>(pair.value)[3] ^= 0x10;
    changed.append(std::move(pair));
  }
  keydata = changed;
}

/// Of each kind one. All leave a stream that every check without the key finds right.
inline std::vector<Tampering> tamperings() {
  using namespace stream;
  return {
      {"a block", first<Write>([](Write&, Bytes& payload) { payload[100] ^= 1; })},
      {"a block's IV", first<Write>([](Write& record, Bytes&) { record.sealing.iv[0] ^= 1; })},
      {"a block's salt", first<Write>([](Write& record, Bytes&) { record.sealing.salt[7] ^= 1; })},
      {"a block's MAC", first<Write>([](Write& record, Bytes&) { record.sealing.mac[15] ^= 1; })},
      {"a block's compression", first<Write>([](Write& record, Bytes&) {
         record.compression = record.compression == 2 ? 15 : 2;
       })},
      {"a block's byte order",
       first<Write>([](Write& record, Bytes&) { record.flags ^= record_flag::kRawByteswap; })},
      {"a bonus", first<Object>([](Object&, Bytes& payload) { payload[5] ^= 0x80; })},
      {"a bonus's length", first<Object>([](Object& record, Bytes&) { record.bonus_length -= 8; })},
      {"a dnode's checksum type",
       first<Object>([](Object& record, Bytes&) { record.checksum_type ^= 1; })},
      {"a dnode's compression",
       first<Object>([](Object& record, Bytes&) { record.compress ^= 1; })},
      {"a dnode block's IV",
       first<ObjectRange>([](ObjectRange& record, Bytes&) { record.sealing.iv[11] ^= 2; })},
      {"a dnode block's MAC",
       first<ObjectRange>([](ObjectRange& record, Bytes&) { record.sealing.mac[0] ^= 2; })},
      {"a dnode block's byte order", first<ObjectRange>([](ObjectRange& record, Bytes&) {
         record.flags ^= record_flag::kRawByteswap;
       })},
      {"the portable MAC",
       first<Begin>([](Begin&, Bytes& payload) { change_keydata(payload, flip_portable_mac); })},
  };
}

/// The stream without its `number`th WRITE: what was there before stays, or a hole.
inline Bytes without_write(const Bytes& bytes, unsigned number) {
  stream::Reader reader{ByteView(bytes)};
  sealift::test::MemorySink sink;
  stream::Writer writer(sink, Endian::kLittle);
  while (const stream::Reader::Item* item = reader.next())
    if (!std::holds_alternative<stream::Write>(item->record) || number-- != 0)
      writer.write(item->record, item->payload);
  writer.flush();
  return sink.bytes();
}

/// The stream in which the first two WRITEs of equal size have each other's contents, sealing and
/// all.
inline Bytes with_exchanged_writes(const Bytes& bytes) {
  std::vector<std::pair<stream::Write, Bytes>> writes;
  edited(bytes, [&](stream::Record& record, Bytes& payload) {
    if (const auto* write = std::get_if<stream::Write>(&record))
      writes.emplace_back(*write, payload);
  });
  std::size_t a = 0;
  std::size_t b = 1;
  while (writes[a].second.size() != writes[b].second.size() ||
         writes[a].first.object != writes[b].first.object)
    if (++b == writes.size()) b = ++a + 1;
  std::size_t at = 0;
  return edited(bytes, [&](stream::Record& record, Bytes& payload) {
    auto* write = std::get_if<stream::Write>(&record);
    if (write == nullptr) return;
    const std::size_t number = at++;
    if (number != a && number != b) return;
    const auto& [other, contents] = writes[number == a ? b : a];
    write->sealing = other.sealing;
    write->compression = other.compression;
    write->key = other.key;
    payload = contents;
  });
}

}  // namespace sealift::keys::test
