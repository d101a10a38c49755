// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "catalog/keydata.h"
#include "catalog/records.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "keys/mac_tree.h"
#include "keys/suite.h"
#include "objset/object_type.h"
#include "objset/raw_shape.h"
#include "stream/nvlist.h"
#include "stream/writer.h"

namespace sealift::keys::test {

/// An object to be sealed.
struct PlainObject {
  std::uint64_t object = 1;
  std::uint32_t type = objset::kFileContents;
  std::uint32_t bonus_type = 44;  ///< DMU_OT_SA
  std::uint32_t block_size = 512;
  std::uint8_t indirect_shift = objset::kMinIndirectShift;
  std::uint8_t slots = 1;
  std::uint64_t blocks = 1;
  std::size_t bonus_bytes = 168;
  std::size_t spill_bytes = 0;
  /// Puts in a block's contents; false for a hole.
  std::function<bool(std::uint64_t block, ByteSpan into)> fill;
};

/// Makes raw full streams such as OpenZFS would send of an encrypted dataset, with keys of its own.
/// All follows from the seed.
class StreamSealer {
 public:
  StreamSealer(std::uint64_t suite, std::uint64_t seed)
      : suite_(suite_of(suite)),
        seed_(seed),
        wrapping_key_(secret(32)),
        master_(secret(suite_.key_bytes)),
        hmac_key_(secret(64)) {
    random_.seed(seed);
    fill(wrapping_key_.span());
    fill(master_.span());
    fill(hmac_key_.span());
    wrap();
  }

  /// The bytes of a key file, keyformat=raw.
  ByteView material() const { return wrapping_key_.view(); }

  /// The stream of snapshot `name`, "tank/x@s1", of these objects in rising order. Contents and IVs
  /// differ with the guid.
  void write(Sink& sink, const std::string& name, const std::vector<PlainObject>& objects) {
    // The portable MAC stands in front of all that it covers.
    class Nowhere final : public Sink {
      void write(ByteView) override {}
    } nowhere;
    to_name_ = name;
    to_guid_ = std::hash<std::string>{}(name) | 1;
    portable_mac_.assign(32, 0);
    max_block_ = objects.back().object / objset::kSlotsPerBlock;
    pass(nowhere, objects);
    pass(sink, objects);
  }

 private:
  static constexpr std::uint8_t kMetaShift = objset::kMinIndirectShift;
  static constexpr std::uint8_t kUncompressed = 2;  // ZIO_COMPRESS_OFF

  static crypto::Secret secret(std::size_t size) { return crypto::Secret(size); }
  void fill(ByteSpan bytes) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }

  void wrap() {
    wrapping_.suite = suite_.number;
    wrapping_.key_guid = seed_ | 1;
    wrapping_.version = 1;
    wrapping_.key_format = 1;
    fill(wrapping_.iv);
    fill(wrapping_.master_key);
    std::uint8_t bound[24];
    store(bound, wrapping_.key_guid, Endian::kLittle);
    store(bound + 8, wrapping_.suite, Endian::kLittle);
    store(bound + 16, wrapping_.version, Endian::kLittle);
    crypto::Secret both(master_.size() + hmac_key_.size());
    std::copy(master_.view().begin(), master_.view().end(), both.span().begin());
    std::copy(hmac_key_.view().begin(), hmac_key_.view().end(),
              both.span().begin() + static_cast<std::ptrdiff_t>(master_.size()));
    crypto::Aead wrapper(suite_.mode, wrapping_key_);
    wrapping_.mac = wrapper.seal({wrapping_.iv, bound}, both.view(), both.span());
    std::copy_n(both.view().begin(), master_.size(), wrapping_.master_key.begin());
    std::copy_n(both.view().begin() + static_cast<std::ptrdiff_t>(master_.size()), hmac_key_.size(),
                wrapping_.hmac_key.begin());
  }

  objset::Geometry meta_geometry() const { return {2, 3, kMetaShift}; }

  Bytes begin_payload() const {
    stream::Nvlist keydata;
    keydata.add_u64("DSL_CRYPTO_SUITE", suite_.number);
    keydata.add_u64("DSL_CRYPTO_GUID", wrapping_.key_guid).add_u64("DSL_CRYPTO_VERSION", 1);
    catalog::put_wrapping(keydata, wrapping_);
    keydata.add_u8_array("portable_mac", portable_mac_);
    keydata.add_u64("mdn_checksum", 0).add_u64("mdn_compress", 0);
    keydata.add_u64("mdn_nlevels", meta_geometry().levels);
    keydata.add_u64("mdn_blksz", objset::kDnodeBlockBytes);
    keydata.add_u64("mdn_indblkshift", kMetaShift).add_u64("mdn_nblkptr", meta_geometry().pointers);
    keydata.add_u64("mdn_maxblkid", max_block_).add_u64("to_ivset_guid", to_guid_ ^ 0x5a5a);
    keydata.add_u64("from_ivset_guid", 0);
    stream::Nvlist list;
    list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
    return stream::encode_nvlist(list, {});
  }

  stream::Begin begin(std::size_t payload_size) const {
    namespace feature = stream::feature;
    stream::Begin begin;
    begin.payload_length = static_cast<std::uint32_t>(payload_size);
    begin.version_info = stream::make_version_info(
        stream::HeaderType::kSubstream, feature::kRaw | feature::kCompressed | feature::kLz4 |
                                            feature::kSaSpill | feature::kLargeBlocks |
                                            feature::kLargeDnode);
    begin.creation_time = 1'700'000'000;
    begin.type = stream::objset_type::kFilesystem;
    begin.flags = stream::begin_flag::kFreeRecords | stream::begin_flag::kSpillBlock;
    begin.to_guid = to_guid_;
    begin.to_name = to_name_;
    return begin;
  }

  void pass(Sink& sink, const std::vector<PlainObject>& objects) {
    random_.seed(seed_ ^ to_guid_);
    fill(salt_);
    cipher_.emplace(suite_.mode, crypto::hkdf_sha512(master_, salt_, suite_.key_bytes));
    stream::Writer writer(sink, Endian::kLittle);
    const Bytes payload = begin_payload();
    writer.write(begin(payload.size()), payload);
    MacTree meta({objset::kDnodeType, kMetaShift}, meta_geometry());
    for (std::size_t i = 0; i < objects.size();) {
      const std::uint64_t block = objects[i].object / objset::kSlotsPerBlock;
      std::size_t end = i;
      while (end < objects.size() && objects[end].object / objset::kSlotsPerBlock == block) ++end;
      meta.add(block, write_block(writer, block, {objects.data() + i, end - i}));
      i = end;
    }
    stream::End end;
    end.to_guid = to_guid_;
    writer.write(end);
    writer.flush();
    seal_root(meta.finish(), payload);
  }

  void seal_root(const DnodePointers& pointers, const Bytes& payload) {
    objset::ObjectSet set;
    set.begin = begin(payload.size());
    set.begin_payload = payload;
    set.geometry = meta_geometry();
    set.max_block = max_block_;
    crypto::HmacSha512 hmac(hmac_key_);
    const auto code = hmac.update(portable_message(set, pointers)).finish();
    portable_mac_.assign(code.begin(), code.begin() + 32);
  }

  stream::Sealing seal(std::uint32_t type, Bytes& bytes) {
    stream::Sealing sealing;
    if (objset::is_encrypted_type(type)) {
      sealing.salt = salt_;
      fill(sealing.iv);
      sealing.mac = cipher_->seal({sealing.iv, {}}, bytes, bytes);
    } else {
      crypto::HmacSha512 hmac(hmac_key_);
      const auto code = hmac.update(bytes).finish();
      std::copy_n(code.begin(), sealing.mac.size(), sealing.mac.begin());
    }
    return sealing;
  }

  /// A data block's pointer; its record and payload go to `writer` in the order of the blocks.
  objset::AuthenticPointer block_pointer(const PlainObject& plain, const stream::Write& write) {
    objset::Entry entry;
    entry.kind = objset::EntryKind::kBlock;
    entry.logical_size = plain.block_size;
    entry.compression = kUncompressed;
    entry.where.length = plain.block_size;
    entry.sealing = write.sealing;
    return objset::authentic_pointer(entry, {plain.type, plain.indirect_shift}, 0);
  }

  stream::Write seal_data(const PlainObject& plain, std::uint64_t block, Bytes& bytes) {
    stream::Write write;
    write.object = plain.object;
    write.type = plain.type;
    write.offset = block * plain.block_size;
    write.logical_size = plain.block_size;
    write.to_guid = to_guid_;
    write.checksum_type = 7;
    write.compression = kUncompressed;
    write.compressed_size = plain.block_size;
    write.sealing = seal(plain.type, bytes);
    return write;
  }

  static stream::Object object_record(const PlainObject& plain) {
    stream::Object record;
    record.object = plain.object;
    record.type = plain.type;
    record.bonus_type = plain.bonus_type;
    record.block_size = plain.block_size;
    record.bonus_length = static_cast<std::uint32_t>(plain.bonus_bytes);
    record.dn_slots = plain.slots;
    record.flags = plain.spill_bytes != 0 ? stream::record_flag::kObjectSpill : 0;
    record.indirect_block_shift = plain.indirect_shift;
    record.block_pointers = static_cast<std::uint8_t>(
        objset::deduce_pointers(plain.bonus_type, record.bonus_length, plain.slots));
    record.max_block_id = plain.blocks - 1;
    record.levels = 1;
    while (objset::geometry_of(record).capacity() < plain.blocks) ++record.levels;
    record.raw_bonus_length = static_cast<std::uint32_t>(
        plain.slots * 512U - 64 - 128U * (record.block_pointers + (plain.spill_bytes != 0)));
    return record;
  }

  /// One object on its way. Data are sealed twice, alike: for their MACs, which the dnode block's
  /// own covers, and for the stream.
  struct Sealed {
    stream::Object record;
    Bytes bonus;
    stream::Spill spill;
    Bytes spill_bytes;
    std::mt19937_64 before_data;
  };

  objset::AuthenticPointer write_block(stream::Writer& writer, std::uint64_t number,
                                       std::span<const PlainObject> objects) {
    objset::DnodeBlock dnodes;
    std::map<std::uint32_t, DnodePointers> pointers;
    std::vector<Sealed> all;
    for (const PlainObject& plain : objects) {
      const auto slot = static_cast<std::uint32_t>(plain.object % objset::kSlotsPerBlock);
      all.push_back(seal_object(plain, dnodes[slot], pointers[slot]));
    }
    stream::ObjectRange range;
    range.first_object = number * objset::kSlotsPerBlock;
    range.slot_count = objset::kSlotsPerBlock;
    range.to_guid = to_guid_;
    range.sealing.salt = salt_;
    fill(range.sealing.iv);
    SealedDnodes layout = seal_layout(dnodes, pointers, Endian::kLittle);
    range.sealing.mac =
        cipher_->seal({range.sealing.iv, layout.associated}, layout.sealed, layout.sealed);
    writer.write(range);
    const auto after = random_;
    std::size_t at = 0;
    std::uint64_t next = std::max<std::uint64_t>(range.first_object, 1);
    for (std::size_t i = 0; i < all.size(); ++i) {
      put_free(writer, next, objects[i].object);
      if (is_sealed_bonus(objects[i])) {
        const auto from = layout.sealed.begin() + static_cast<std::ptrdiff_t>(at);
        std::copy_n(from, all[i].bonus.size(), all[i].bonus.begin());
        at += all[i].bonus.size();
      }
      put_object(writer, objects[i], all[i]);
      next = objects[i].object + objects[i].slots;
    }
    put_free(writer, next, range.first_object + objset::kSlotsPerBlock);
    random_ = after;
    objset::Entry entry;
    entry.kind = objset::EntryKind::kBlock;
    entry.sealing = range.sealing;
    return objset::authentic_pointer(entry, {objset::kDnodeType, kMetaShift}, 0);
  }

  static bool is_sealed_bonus(const PlainObject& plain) {
    return plain.bonus_bytes != 0 && objset::is_encrypted_type(plain.bonus_type);
  }

  void put_free(stream::Writer& writer, std::uint64_t first, std::uint64_t end) const {
    if (first < end) writer.write(stream::FreeObjects{first, end - first, to_guid_});
  }

  Sealed seal_object(const PlainObject& plain, objset::Dnode& dnode, DnodePointers& pointers) {
    Sealed sealed;
    sealed.record = object_record(plain);
    sealed.record.to_guid = to_guid_;
    sealed.bonus.resize(sealed.record.raw_bonus_length);
    fill(sealed.bonus);
    sealed.before_data = random_;
    MacTree tree({plain.type, plain.indirect_shift}, objset::geometry_of(sealed.record));
    Bytes bytes(plain.block_size);
    for (std::uint64_t block = 0; block < plain.blocks; ++block)
      if (plain.fill(block, bytes))
        tree.add(block, block_pointer(plain, seal_data(plain, block, bytes)));
    pointers = tree.finish();
    dnode.type = plain.type;
    dnode.bonus_type = plain.bonus_type;
    dnode.block_size = plain.block_size;
    dnode.bonus_length = sealed.record.bonus_length;
    dnode.slots = plain.slots;
    dnode.has_spill = plain.spill_bytes != 0;
    dnode.geometry = objset::geometry_of(sealed.record);
    dnode.max_block = sealed.record.max_block_id;
    dnode.bonus = sealed.bonus;
    if (plain.spill_bytes == 0) return sealed;
    seal_spill(plain, sealed);
    dnode.spill.kind = objset::EntryKind::kBlock;
    dnode.spill.logical_size = static_cast<std::uint32_t>(plain.spill_bytes);
    dnode.spill.compression = kUncompressed;
    dnode.spill.where.length = dnode.spill.logical_size;
    dnode.spill.sealing = sealed.spill.sealing;
    pointers.push_back(objset::authentic_spill(dnode));
    return sealed;
  }

  void seal_spill(const PlainObject& plain, Sealed& sealed) {
    sealed.spill_bytes.resize(plain.spill_bytes);
    fill(sealed.spill_bytes);
    sealed.spill.object = plain.object;
    sealed.spill.length = plain.spill_bytes;
    sealed.spill.to_guid = to_guid_;
    sealed.spill.compression = kUncompressed;
    sealed.spill.compressed_size = plain.spill_bytes;
    sealed.spill.sealing = seal(plain.bonus_type, sealed.spill_bytes);
  }

  void put_object(stream::Writer& writer, const PlainObject& plain, const Sealed& sealed) {
    writer.write(sealed.record, sealed.bonus);
    writer.write(
        stream::Free{plain.object, plain.blocks * plain.block_size, stream::kToEnd, to_guid_});
    random_ = sealed.before_data;
    Bytes bytes(plain.block_size);
    for (std::uint64_t block = 0; block < plain.blocks; ++block) {
      if (plain.fill(block, bytes)) {
        const stream::Write write = seal_data(plain, block, bytes);
        writer.write(write, bytes);
      } else {
        writer.write(
            stream::Free{plain.object, block * plain.block_size, plain.block_size, to_guid_});
      }
    }
    if (!sealed.spill_bytes.empty()) writer.write(sealed.spill, sealed.spill_bytes);
  }

  const Suite& suite_;
  const std::uint64_t seed_;
  std::mt19937_64 random_;
  crypto::Secret wrapping_key_;
  crypto::Secret master_;
  crypto::Secret hmac_key_;
  catalog::Wrapping wrapping_;
  stream::Salt salt_{};
  std::optional<crypto::Aead> cipher_;
  std::string to_name_;
  std::uint64_t to_guid_ = 0;
  std::uint64_t max_block_ = 0;
  Bytes portable_mac_ = Bytes(32);
};

}  // namespace sealift::keys::test
