// SPDX-License-Identifier: Apache-2.0
#include "model/sealer.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "keys/dnode_sealing.h"
#include "objset/object_type.h"
#include "stream/writer.h"
#include "support/streams.h"

namespace sealift::model {
namespace {

constexpr std::uint32_t kFileType = 19;   // DMU_OT_PLAIN_FILE_CONTENTS
constexpr std::uint32_t kBonusType = 44;  // DMU_OT_SA
constexpr std::uint32_t kBonusLength = 168;
constexpr std::uint64_t kSuite = 8;  // aes-256-gcm
constexpr std::uint8_t kShift = 17;

template <std::size_t N>
void fill(std::array<std::uint8_t, N>& bytes, Random& random) {
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
}

objset::Entry entry_of(const SealedFile& file) {
  objset::Entry entry;
  entry.kind = objset::EntryKind::kBlock;
  entry.logical_size = Contents::kBlockBytes;
  entry.compression = 2;
  entry.where.length = Contents::kBlockBytes;
  entry.sealing = file.sealing;
  return entry;
}

objset::Dnode dnode_of(const SealedFile& file) {
  objset::Dnode dnode;
  dnode.type = kFileType;
  dnode.bonus_type = kBonusType;
  dnode.bonus_length = kBonusLength;
  dnode.block_size = Contents::kBlockBytes;
  dnode.geometry = {1, 1, kShift};
  dnode.bonus = Contents::bonus(file.seed);
  dnode.pointers = {entry_of(file)};
  return dnode;
}

/// The one block of dnodes of a snapshot, sealed.
struct SealedDnodeBlock {
  stream::Sealing sealing;
  std::map<std::uint64_t, Bytes> bonuses;  ///< by object
};

stream::Nvlist keydata_of(const StreamFacts& facts, const keys::PortableMac& mac) {
  const catalog::Wrapping& wrapping = facts.wrapping;
  stream::Nvlist list;
  list.add_u64("DSL_CRYPTO_SUITE", wrapping.suite).add_u64("DSL_CRYPTO_GUID", wrapping.key_guid);
  list.add_u64("DSL_CRYPTO_VERSION", wrapping.version);
  list.add_u8_array("DSL_CRYPTO_IV", wrapping.iv).add_u8_array("DSL_CRYPTO_MAC", wrapping.mac);
  list.add_u8_array("DSL_CRYPTO_MASTER_KEY_1", wrapping.master_key);
  list.add_u8_array("DSL_CRYPTO_HMAC_KEY_1", wrapping.hmac_key);
  list.add_u8_array("portable_mac", mac).add_u64("keyformat", wrapping.key_format);
  list.add_u64("pbkdf2iters", wrapping.pbkdf2_iters).add_u64("pbkdf2salt", wrapping.pbkdf2_salt);
  list.add_u64("mdn_checksum", 0).add_u64("mdn_compress", 0).add_u64("mdn_nlevels", 1);
  list.add_u64("mdn_blksz", 16384).add_u64("mdn_indblkshift", kShift).add_u64("mdn_nblkptr", 1);
  list.add_u64("mdn_maxblkid", 0).add_u64("to_ivset_guid", facts.to_ivset);
  list.add_u64("from_ivset_guid", facts.from_ivset);
  return list;
}

Bytes payload_of(const StreamFacts& facts, const keys::PortableMac& mac) {
  stream::Nvlist list;
  list.add_nvlist(stream::begin_key::kCryptKeydata, keydata_of(facts, mac));
  if (facts.lineage) list.add_nvlist(replicate::KeyLineage::kPair, encode(*facts.lineage));
  return stream::encode_nvlist(list, {});
}

stream::Begin begin_of(const StreamFacts& facts, std::size_t payload_bytes) {
  namespace feature = stream::feature;
  stream::Begin begin;
  begin.payload_length = static_cast<std::uint32_t>(payload_bytes);
  begin.version_info = stream::make_version_info(
      stream::HeaderType::kSubstream, feature::kRaw | feature::kCompressed | feature::kSaSpill);
  begin.creation_time = 1'700'000'000;
  begin.type = stream::objset_type::kFilesystem;
  begin.flags = stream::begin_flag::kFreeRecords | stream::begin_flag::kSpillBlock;
  begin.to_guid = facts.to_guid;
  begin.from_guid = facts.from_guid;
  begin.to_name = facts.to_name;
  return begin;
}

/// As OpenZFS authenticates the object set of these dnodes.
keys::PortableMac portable_mac(const keys::MasterKey& key, const stream::Sealing& dnodes,
                               const StreamFacts& facts) {
  objset::ObjectSet set;
  set.begin.type = stream::objset_type::kFilesystem;
  set.geometry = {1, 1, kShift};
  set.begin_payload = payload_of(facts, {});
  objset::Entry entry;
  entry.kind = objset::EntryKind::kBlock;
  entry.sealing = dnodes;
  const auto pointer = objset::authentic_pointer(entry, {objset::kDnodeType, kShift}, 0);
  crypto::HmacSha512 hmac(key.hmac());
  const auto code = hmac.update(keys::portable_message(set, {pointer})).finish();
  keys::PortableMac mac;
  std::copy_n(code.begin(), mac.size(), mac.begin());
  return mac;
}

void put_file(stream::Writer& writer, std::uint64_t guid, std::uint64_t number,
              const Bytes& bonus) {
  stream::Object object;
  object.object = number;
  object.type = kFileType;
  object.bonus_type = kBonusType;
  object.block_size = Contents::kBlockBytes;
  object.bonus_length = kBonusLength;
  object.dn_slots = 1;
  object.raw_bonus_length = static_cast<std::uint32_t>(bonus.size());
  object.to_guid = guid;
  object.indirect_block_shift = kShift;
  object.levels = 1;
  object.block_pointers = 1;
  writer.write(object, bonus);
  writer.write(stream::Free{number, Contents::kBlockBytes, stream::kToEnd, guid});
}

void put_block(stream::Writer& writer, std::uint64_t guid, std::uint64_t number,
               const SealedFile& file) {
  stream::Write write;
  write.object = number;
  write.type = kFileType;
  write.logical_size = Contents::kBlockBytes;
  write.to_guid = guid;
  write.checksum_type = 7;
  write.compression = 2;  // off
  write.compressed_size = file.sealed.size();
  write.sealing = file.sealing;
  writer.write(write, file.sealed);
}

}  // namespace

Bytes expand(std::uint64_t seed, std::size_t size) {
  Random random(seed);
  Bytes bytes(size);
  for (std::size_t at = 0; at < size; at += sizeof seed) store(bytes.data() + at, random());
  return bytes;
}

keys::WrappingKey wrapping_key(WrappingKeyId id) {
  return keys::WrappingKey::from_bytes(
      crypto::Secret::copy_of(expand(id, keys::WrappingKey::kBytes)));
}

void SeededRandom::fill(ByteSpan into) const {
  for (std::uint8_t& byte : into) byte = static_cast<std::uint8_t>(random_());
}

catalog::Wrapping make_key(Random& random, WrappingKeyId wrapping,
                           const keys::Derivation& derivation) {
  catalog::Wrapping made;
  made.suite = kSuite;
  made.key_guid = random();
  made.version = 1;
  made.key_format = static_cast<std::uint64_t>(derivation.format);
  made.pbkdf2_salt = derivation.pbkdf2_salt;
  made.pbkdf2_iters = derivation.pbkdf2_iterations;
  fill(made.iv, random);
  Bytes both = expand(random(), made.master_key.size() + made.hmac_key.size());
  Bytes associated(24);
  store(associated.data(), made.key_guid, Endian::kLittle);
  store(associated.data() + 8, made.suite, Endian::kLittle);
  store(associated.data() + 16, made.version, Endian::kLittle);
  crypto::Aead wrapper(crypto::AeadMode::kGcm, wrapping_key(wrapping).bytes());
  made.mac = wrapper.seal({made.iv, associated}, both, both);
  std::copy_n(both.begin(), made.master_key.size(), made.master_key.begin());
  std::copy(both.begin() + static_cast<std::ptrdiff_t>(made.master_key.size()), both.end(),
            made.hmac_key.begin());
  return made;
}

crypto::Aead Sealer::cipher(const stream::Salt& salt) const {
  return crypto::Aead(key_.suite().mode,
                      crypto::hkdf_sha512(key_.master(), salt, key_.suite().key_bytes));
}

SealedFile Sealer::seal(std::uint64_t seed) {
  SealedFile file;
  file.seed = seed;
  fill(file.sealing.salt, random_);
  fill(file.sealing.iv, random_);
  file.sealed = Contents::block(seed);
  file.sealing.mac =
      cipher(file.sealing.salt).seal({file.sealing.iv, {}}, file.sealed, file.sealed);
  return file;
}

Contents Sealer::write(const Contents& before) {
  Contents after = before;
  constexpr std::uint64_t most = 5;
  for (auto left = 1 + random_() % 2; left != 0; --left) {
    const std::uint64_t object = 1 + random_() % most;
    if (after.files.size() > 1 && random_() % 4 == 0) {
      after.files.erase(object);
    } else {
      after.files[object] = seal(random_());
    }
  }
  return after;
}

Bytes Sealer::make_stream(const StreamFacts& facts, const Contents& before, const Contents& after) {
  objset::DnodeBlock block;
  std::map<std::uint32_t, keys::DnodePointers> pointers;
  for (const auto& [number, file] : after.files) {
    const auto slot = static_cast<std::uint32_t>(number);
    block[slot] = dnode_of(file);
    pointers[slot] = {objset::authentic_pointer(entry_of(file), {kFileType, kShift}, 0)};
  }
  keys::SealedDnodes dnodes = keys::seal_layout(block, pointers, Endian::kLittle);
  stream::Sealing sealing;
  fill(sealing.salt, random_);
  fill(sealing.iv, random_);
  sealing.mac =
      cipher(sealing.salt).seal({sealing.iv, dnodes.associated}, dnodes.sealed, dnodes.sealed);

  sealift::test::MemorySink sink;
  stream::Writer writer(sink, Endian::kLittle);
  const Bytes payload = payload_of(facts, portable_mac(key_, sealing, facts));
  writer.write(begin_of(facts, payload.size()), payload);
  stream::ObjectRange range;
  range.slot_count = stream::kSlotsPerDnodeBlock;
  range.to_guid = facts.to_guid;
  range.sealing = sealing;
  writer.write(range);
  std::size_t at = 0;
  for (std::uint64_t number = 1; number < stream::kSlotsPerDnodeBlock; ++number) {
    const auto file = after.files.find(number);
    if (file == after.files.end()) {
      writer.write(stream::FreeObjects{number, 1, facts.to_guid});
      continue;
    }
    const auto bonus = dnodes.sealed.begin() + static_cast<std::ptrdiff_t>(at);
    put_file(writer, facts.to_guid, number, Bytes(bonus, bonus + Contents::kBonusBytes));
    at += Contents::kBonusBytes;
    const auto old = before.files.find(number);
    if (old == before.files.end() || !(old->second.sealing == file->second.sealing))
      put_block(writer, facts.to_guid, number, file->second);
  }
  stream::End end;
  end.to_guid = facts.to_guid;
  writer.write(end);
  writer.flush();
  return sink.bytes();
}

}  // namespace sealift::model
