// SPDX-License-Identifier: Apache-2.0
#include "stream/rules.h"

#include "base/error.h"
#include "support/catch.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::uint64_t kGuid = 0x1234;

Begin begin_with(std::uint64_t features = 0, std::uint32_t flags = begin_flag::kSpillBlock) {
  Begin begin;
  begin.version_info = make_version_info(HeaderType::kSubstream, features);
  begin.type = objset_type::kFilesystem;
  begin.flags = flags;
  begin.to_guid = kGuid;
  begin.to_name = "tank/home@mon";
  return begin;
}

Nvlist key_payload() {
  Nvlist keys;
  for (const char* name :
       {"DSL_CRYPTO_SUITE", "DSL_CRYPTO_GUID", "DSL_CRYPTO_VERSION", "keyformat", "pbkdf2iters",
        "pbkdf2salt", "mdn_checksum", "mdn_compress", "mdn_nlevels", "mdn_blksz", "mdn_indblkshift",
        "mdn_nblkptr", "mdn_maxblkid", "to_ivset_guid", "from_ivset_guid"}) {
    keys.add_u64(name, 1);
  }
  keys.add_u64("DSL_CRYPTO_SUITE", 8).add_u64("mdn_blksz", 16384).add_u64("mdn_indblkshift", 17);
  keys.add_u8_array("DSL_CRYPTO_MASTER_KEY_1", Bytes(32)).add_u8_array("DSL_CRYPTO_MAC", Bytes(16));
  keys.add_u8_array("DSL_CRYPTO_HMAC_KEY_1", Bytes(64)).add_u8_array("DSL_CRYPTO_IV", Bytes(12));
  keys.add_u8_array("portable_mac", Bytes(32));
  Nvlist payload;
  payload.add_nvlist("crypt_keydata", keys);
  return payload;
}

/// A stream's rules, fed record after record; what they say of the last one.
class Substream {
 public:
  static Substream plain(std::uint64_t features = 0) {
    return Substream(begin_with(features), nullptr);
  }
  static Substream raw() {
    static const Nvlist payload = key_payload();
    return Substream(begin_with(feature::kRaw | feature::kCompressed | feature::kLz4), &payload);
  }
  Substream(const Begin& begin, const Nvlist* payload) : rules_(begin, payload) {}

  template <class T>
  std::string add(T record) {
    record.to_guid = kGuid;
    try {
      rules_.check(record);
      return "fine";
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kDamaged);
      return error.what();
    }
  }

 private:
  Rules rules_;
};

std::string fault_of(const Begin& begin, const Nvlist* payload = nullptr) {
  try {
    Rules rules(begin, payload);
    return "fine";
  } catch (const Error& error) {
    return (error.kind() == ErrorKind::kRefused ? "refused: " : "damaged: ") +
           std::string(error.what());
  }
}

Object object(std::uint64_t id, std::uint32_t block_size = 4096) {
  Object object;
  object.object = id;
  object.type = 19;  // plain file contents
  object.block_size = block_size;
  return object;
}

Object raw_object(std::uint64_t id) {
  Object raw = object(id);
  raw.indirect_block_shift = 17;
  raw.levels = 1;
  raw.block_pointers = 3;
  raw.max_block_id = 9;
  return raw;
}

Write write(std::uint64_t id, std::uint64_t offset, std::uint64_t size = 4096) {
  Write write;
  write.object = id;
  write.type = 19;
  write.offset = offset;
  write.logical_size = size;
  return write;
}

Write raw_write(std::uint64_t id, std::uint64_t offset) {
  Write raw = write(id, offset);
  raw.compression = kCompressionOff;
  raw.compressed_size = 4096;
  raw.sealing.mac[0] = 1;
  return raw;
}

Free free_range(std::uint64_t id, std::uint64_t offset, std::uint64_t length) {
  Free free;
  free.object = id;
  free.offset = offset;
  free.length = length;
  return free;
}

FreeObjects free_objects(std::uint64_t first, std::uint64_t count) {
  FreeObjects free;
  free.first_object = first;
  free.object_count = count;
  return free;
}

ObjectRange range(std::uint64_t first) {
  ObjectRange range;
  range.first_object = first;
  range.slot_count = 32;
  return range;
}

}  // namespace

TEST_CASE("BEGIN: features are refused by name") {
  CHECK(fault_of(begin_with()) == "fine");
  CHECK_THAT(fault_of(begin_with(1ULL << 31 | 1ULL << 18)),
             ContainsSubstring("refused: stream has unsupported feature, feature flags = 80040000 "
                               "(unknown: bit 18, bit 31)"));
  const Nvlist payload = key_payload();
  CHECK(fault_of(begin_with(feature::kRaw), &payload) == "fine");
  for (const std::uint64_t with :
       {feature::kDedup, feature::kEmbedData, feature::kRedacted, feature::kDedupProps}) {
    CHECK_THAT(fault_of(begin_with(feature::kRaw | with), &payload),
               ContainsSubstring("refused: a raw stream cannot be " + name_features(with)));
  }
  CHECK_THAT(fault_of(begin_with(feature::kRaw, 0), &payload),
             ContainsSubstring("refused: a raw stream without the SPILL_BLOCK flag"));
  CHECK_THAT(fault_of(begin_with(feature::kLargeMicrozap)), ContainsSubstring("LARGE_BLOCKS"));
  CHECK_THAT(fault_of(begin_with(0, 1U << 30)), ContainsSubstring("unknown flags 0x40000000"));
}

TEST_CASE("BEGIN: features and payload go together") {
  const Nvlist keys = key_payload();
  CHECK_THAT(fault_of(begin_with(), &keys), ContainsSubstring("RAW and crypt_keydata"));
  CHECK_THAT(fault_of(begin_with(feature::kRaw)), ContainsSubstring("RAW and crypt_keydata"));
  CHECK_THAT(fault_of(begin_with(feature::kResuming)), ContainsSubstring("RESUMING"));
  CHECK_THAT(fault_of(begin_with(feature::kRedacted)), ContainsSubstring("REDACTED"));
  Nvlist redacted;
  redacted.add_u64_array("redact_snaps", {1, 2});
  CHECK(fault_of(begin_with(0), &redacted) == "fine");  // of what ZFS received redacted
  Nvlist resume;
  resume.add_u64("resume_object", 5).add_u64("resume_offset", 0);
  CHECK(fault_of(begin_with(feature::kResuming), &resume) == "fine");
  CHECK_THAT(fault_of(begin_with(), &resume), ContainsSubstring("RESUMING"));
}

TEST_CASE("BEGIN: names, guids and types are plausible") {
  for (const char* name : {"", "tank", "tank@", "@mon", "tank@a@b", "tank@a/b"}) {
    Begin begin = begin_with();
    begin.to_name = name;
    CHECK_THAT(fault_of(begin), ContainsSubstring("is no snapshot's name"));
  }
  Begin begin = begin_with();
  begin.from_guid = begin.to_guid;
  CHECK_THAT(fault_of(begin), ContainsSubstring("to itself"));
  begin = begin_with(0, begin_flag::kClone);
  CHECK_THAT(fault_of(begin), ContainsSubstring("without an origin"));
  begin = begin_with();
  begin.type = 5;
  CHECK_THAT(fault_of(begin), ContainsSubstring("object set type 5"));
}

TEST_CASE("keys: every field of crypt_keydata is demanded and bounded") {
  const Nvlist good = key_payload();
  const Nvlist& keys = *good.get_nvlist("crypt_keydata");
  for (const Nvlist::Pair& pair : keys.pairs()) {
    Nvlist fewer = keys;
    fewer.remove(pair.name);
    Nvlist payload;
    payload.add_nvlist("crypt_keydata", fewer);
    CHECK_THAT(fault_of(begin_with(feature::kRaw), &payload), ContainsSubstring(pair.name));
  }
  Nvlist other = keys;
  other.add_u64("DSL_CRYPTO_SUITE", 2);
  Nvlist payload;
  payload.add_nvlist("crypt_keydata", other);
  CHECK_THAT(fault_of(begin_with(feature::kRaw), &payload), ContainsSubstring("DSL_CRYPTO_SUITE"));
}

TEST_CASE("objects come in rising order, each once") {
  Substream stream = Substream::plain();
  CHECK(stream.add(free_objects(0, 1)) == "fine");
  CHECK(stream.add(object(3)) == "fine");
  CHECK_THAT(stream.add(object(3)), ContainsSubstring("object 3 comes after 3"));
  CHECK_THAT(stream.add(object(2)), ContainsSubstring("object 2 comes after 3"));
  CHECK(stream.add(free_objects(4, 10)) == "fine");
  CHECK_THAT(stream.add(object(13)), ContainsSubstring("comes after 13"));
  CHECK(stream.add(object(14)) == "fine");
  CHECK_THAT(stream.add(free_objects(14, 1)), ContainsSubstring("free objects 14 comes after 14"));
  CHECK_THAT(stream.add(free_objects(20, ~0ULL)), ContainsSubstring("out of range"));
  CHECK_THAT(stream.add(object(kMaxObject)), ContainsSubstring("out of range"));
}

TEST_CASE("a raw stream's objects lie in their ranges") {
  Substream stream = Substream::raw();
  CHECK_THAT(stream.add(raw_object(1)), ContainsSubstring("outside of its range"));
  CHECK(stream.add(range(0)) == "fine");
  CHECK(stream.add(raw_object(1)) == "fine");
  CHECK_THAT(stream.add(raw_object(32)), ContainsSubstring("outside of its range 0 to 32"));
  CHECK_THAT(stream.add(range(0)), ContainsSubstring("comes after"));
  CHECK_THAT(stream.add(range(33)), ContainsSubstring("is no dnode block"));
  CHECK(stream.add(range(64)) == "fine");
  CHECK_THAT(stream.add(raw_object(40)), ContainsSubstring("outside of its range"));
  CHECK_THAT(Substream::plain().add(range(0)), ContainsSubstring("not raw"));
}

TEST_CASE("data belong to the object before them, at rising offsets") {
  Substream stream = Substream::plain();
  CHECK_THAT(stream.add(write(1, 0)), ContainsSubstring("without the object"));
  CHECK(stream.add(object(1)) == "fine");
  CHECK(stream.add(free_range(1, 65536, kToEnd)) == "fine");
  CHECK(stream.add(write(1, 0)) == "fine");
  CHECK_THAT(stream.add(write(1, 0)), ContainsSubstring("offset 0 comes after 4096"));
  CHECK(stream.add(free_range(1, 4096, 4096)) == "fine");
  CHECK_THAT(stream.add(free_range(1, 0, 4096)), ContainsSubstring("comes after"));
  CHECK(stream.add(write(1, 8192)) == "fine");
  CHECK_THAT(stream.add(write(2, 0)), ContainsSubstring("object 2 without the object"));
  CHECK_THAT(stream.add(free_range(1, 1ULL << 63, 1ULL << 63)), ContainsSubstring("out of range"));
  CHECK(stream.add(object(2)) == "fine");
  CHECK_THAT(stream.add(free_range(1, 0, 512)), ContainsSubstring("object 1 without the object"));
}

TEST_CASE("sizes need their features") {
  CHECK_THAT(Substream::plain().add(object(1, 1 << 20)), ContainsSubstring("LARGE_BLOCKS"));
  CHECK(Substream::plain(feature::kLargeBlocks).add(object(1, 1 << 20)) == "fine");
  CHECK_THAT(Substream::plain(feature::kLargeBlocks).add(object(1, 32 << 20)),
             ContainsSubstring("a block of"));
  CHECK_THAT(Substream::plain().add(object(1, 700)), ContainsSubstring("a block of 700"));
  Object large = object(1);
  large.dn_slots = 4;
  CHECK_THAT(Substream::plain().add(large), ContainsSubstring("LARGE_DNODE"));
  CHECK(Substream::plain(feature::kLargeDnode).add(large) == "fine");
  large.bonus_type = 44;
  large.bonus_length = 5000;
  CHECK_THAT(Substream::plain(feature::kLargeDnode).add(large), ContainsSubstring("a bonus of"));

  Substream stream = Substream::plain();
  CHECK(stream.add(object(1)) == "fine");
  Write compressed = write(1, 0);
  compressed.compression = kCompressionLz4;
  compressed.compressed_size = 512;
  CHECK_THAT(stream.add(compressed), ContainsSubstring("COMPRESSED"));
  CHECK_THAT(stream.add(write(1, 0, 8192)), ContainsSubstring("8192 bytes for a block of 4096"));
  Write sealed = write(1, 0);
  sealed.sealing.mac[0] = 1;
  CHECK_THAT(stream.add(sealed), ContainsSubstring("not raw"));
}

TEST_CASE("raw data are whole blocks of their object") {
  Substream stream = Substream::raw();
  CHECK(stream.add(range(0)) == "fine");
  CHECK(stream.add(raw_object(1)) == "fine");
  CHECK(stream.add(raw_write(1, 0)) == "fine");
  CHECK_THAT(stream.add(raw_write(1, 5000)), ContainsSubstring("no block of object 1"));
  Write zstd = raw_write(1, 8192);
  zstd.compression = kCompressionZstd;
  CHECK_THAT(stream.add(zstd), ContainsSubstring("ZSTD"));
  Write odd = raw_write(1, 8192);
  odd.compressed_size = 600;
  CHECK_THAT(stream.add(odd), ContainsSubstring("600 bytes stored"));
  Write plain = raw_write(1, 12288);
  plain.sealing = {};
  CHECK_THAT(stream.add(plain), ContainsSubstring("without a MAC"));
  CHECK_THAT(stream.add(raw_write(1, 4096 * 10)), ContainsSubstring("beyond object 1"));
}

TEST_CASE("a raw object's bonus fits beside its block pointers") {
  const auto fault = [](const Object& object) {
    Substream stream = Substream::raw();
    stream.add(range(0));
    return stream.add(object);
  };
  Object file = raw_object(1);
  file.bonus_type = 44;
  file.bonus_length = 176;
  file.block_pointers = 1;
  file.raw_bonus_length = 320;
  CHECK(fault(file) == "fine");
  file.flags = record_flag::kObjectSpill;
  CHECK_THAT(fault(file), ContainsSubstring("a sealed bonus of 320 bytes"));
  file.raw_bonus_length = 192;
  CHECK(fault(file) == "fine");
  file.block_pointers = 2;
  CHECK_THAT(fault(file), ContainsSubstring("2 block pointers, not 1"));
}

TEST_CASE("spill blocks: one an object, where the object says so") {
  Spill spill;
  spill.object = 1;
  spill.length = 512;
  Substream stream = Substream::plain();
  Object with_spill = object(1);
  CHECK(stream.add(with_spill) == "fine");
  CHECK_THAT(stream.add(spill), ContainsSubstring("which has none"));
  with_spill.object = spill.object = 2;
  with_spill.flags = record_flag::kObjectSpill;
  CHECK(stream.add(with_spill) == "fine");
  CHECK(stream.add(spill) == "fine");
  CHECK_THAT(stream.add(spill), ContainsSubstring("a second spill block"));
}

TEST_CASE("records that need a feature are refused without it") {
  Substream stream = Substream::plain();
  CHECK(stream.add(object(1)) == "fine");
  WriteEmbedded embedded;
  embedded.object = 1;
  embedded.length = 4096;
  embedded.compression = kCompressionOff;
  embedded.logical_size = embedded.physical_size = 100;
  CHECK_THAT(stream.add(embedded), ContainsSubstring("EMBED_DATA"));
  Redact redact;
  redact.object = 1;
  CHECK_THAT(stream.add(redact), ContainsSubstring("REDACTED"));
  WriteByref byref;
  byref.object = 1;
  CHECK_THAT(stream.add(byref), ContainsSubstring("DEDUP"));

  Substream embeds = Substream::plain(feature::kEmbedData);
  CHECK(embeds.add(object(1)) == "fine");
  CHECK(embeds.add(embedded) == "fine");
  // A spill block, as OpenZFS 2.3 sends it: one that did not change comes before data.
  embedded.offset = 0ULL - 2 * embedded.length;
  CHECK(embeds.add(embedded) == "fine");
  CHECK(embeds.add(write(1, 8192)) == "fine");
  CHECK_THAT(embeds.add(embedded), ContainsSubstring("a second spill block"));
}

TEST_CASE("all records are of one snapshot, END of BEGIN's") {
  Rules rules(begin_with(), nullptr);
  FreeObjects one = free_objects(0, 1);
  one.to_guid = 7;
  rules.check(one);
  one.first_object = 1;
  one.to_guid = kGuid;
  CHECK_THROWS_WITH(rules.check(one), ContainsSubstring("snapshot 1234 among those of 7"));
  End end;
  end.to_guid = 7;
  CHECK_THROWS_WITH(rules.check(end), ContainsSubstring("of snapshot 7, not 1234"));
}

}  // namespace sealift::stream
