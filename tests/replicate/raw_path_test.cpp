// SPDX-License-Identifier: Apache-2.0
// Raw means raw: what a receive keeps of sealed snapshots, and that it takes no cipher.
#include <set>

#include "crypto/aead.h"
#include "objset/object_set.h"
#include "replicate/receive_world.h"
#include "stream/reader.h"
#include "stream/writer.h"
#include "support/catch.h"

namespace {

int cipher_calls = 0;

}  // namespace

// In this program OpenSSL's ciphers cannot be had: every way to one begins here.
extern "C" int EVP_CipherInit_ex2(void*, const void*, const unsigned char*, const unsigned char*,
                                  int, const void*) {
  ++cipher_calls;
  return 0;
}

namespace sealift::replicate::test {
namespace {

using sealift::test::ReferenceStream;

/// Raw full streams, and the raw increments that build on them, each folder a chain.
std::map<std::string, std::vector<ReferenceStream>> raw_chains() {
  std::map<std::string, std::vector<ReferenceStream>> chains;
  for (const ReferenceStream& each : sealift::test::reference_streams()) {
    const std::string folder = each.file.substr(0, each.file.rfind('/'));
    const bool is_single = (each.kind == "full" && each.to == "s1") ||
                           (each.kind == "incr" && each.from == "s1" && each.to == "s2");
    const bool is_alone =
        folder.find("packages") == std::string::npos && folder.find("resumes") == std::string::npos;
    if (each.is_encrypted() && is_single && is_alone) chains[folder].push_back(each);
  }
  for (auto& [folder, chain] : chains)
    std::sort(chain.begin(), chain.end(), [](const auto& a, const auto& b) { return a.to < b.to; });
  return chains;
}

/// Name of the snapshot that the stream is of.
std::string name_of(const Bytes& stream) {
  stream::Reader reader{ByteView(stream)};
  return std::get<stream::Begin>(reader.next()->record).to_name;
}

objset::ObjectSet object_set(ReceiveWorld& world, const std::string& snapshot) {
  const auto record = catalog::get_snapshot(world.catalog(), catalog::parse_name(snapshot));
  return objset::read_object_set(world.vault().inner(), record.objset);
}

void check_geometry(const stream::Object& sent, const objset::Dnode& kept) {
  CHECK(kept.type == sent.type);
  CHECK(kept.bonus_type == sent.bonus_type);
  CHECK(kept.bonus_length == sent.bonus_length);
  CHECK(kept.block_size == sent.block_size);
  CHECK(kept.checksum_type == sent.checksum_type);
  CHECK(kept.compress == sent.compress);
  CHECK(kept.slots == sent.slots());
  CHECK(kept.has_spill == ((sent.flags & stream::record_flag::kObjectSpill) != 0));
  CHECK(kept.geometry.indirect_shift == sent.indirect_block_shift);
  CHECK(kept.geometry.levels == sent.levels);
  CHECK(kept.geometry.pointers == sent.block_pointers);
  CHECK(kept.max_block == sent.max_block_id);
}

/// Of the accounting of space per user that each pool does for itself (OpenZFS include/sys/dmu.h).
constexpr std::uint64_t kUserUsedObject = ~std::uint64_t{0};
constexpr std::uint32_t kUserUsedType = 39;  // DMU_OT_USERGROUP_USED

}  // namespace

TEST_CASE("the ciphers are out of order in this program") {
  const int before = cipher_calls;
  CHECK_THROWS(crypto::Aead(crypto::AeadMode::kGcm, crypto::Secret(32)));
  CHECK(cipher_calls > before);
}

TEST_CASE("sealed snapshots go from A to B and back without a cipher, byte for byte",
          "[invariant-27]") {
  const auto chains = raw_chains();
  REQUIRE(chains.size() > 8);
  const int before = cipher_calls;
  for (const auto& [folder, chain] : chains) {
    CAPTURE(folder);
    ReceiveWorld a, b;
    std::string base;
    for (const ReferenceStream& each : chain) {
      const Bytes sent = each.read();
      const std::string name = name_of(sent);
      a.receive(sent);
      const Bytes from_a = a.send(name, base);
      b.receive(from_a);
      CHECK(from_a == sent);
      CHECK(b.send(name, base) == sent);
      base = name;
    }
  }
  CHECK(cipher_calls == before);
}

TEST_CASE("every object has the geometry that its sender told, the meta-dnode too",
          "[invariant-26]") {
  std::size_t objects = 0;
  for (const auto& [folder, chain] : raw_chains()) {
    CAPTURE(folder);
    ReceiveWorld world;
    for (const ReferenceStream& each : chain) {
      const Bytes sent = each.read();
      world.receive(sent);
      const objset::ObjectSet set = object_set(world, name_of(sent));
      stream::Reader reader{ByteView(sent)};
      while (const auto* item = reader.next()) {
        if (const auto* object = std::get_if<stream::Object>(&item->record)) {
          CAPTURE(object->object);
          const auto kept = objset::find_dnode(world.vault().inner(), set, object->object);
          REQUIRE(kept);
          check_geometry(*object, *kept);
          ++objects;
        }
        if (item->number != 0) continue;
        const auto* keydata =
            reader.begin_payload()->list.get_nvlist(stream::begin_key::kCryptKeydata);
        CHECK(set.geometry.levels == keydata->get_u64("mdn_nlevels"));
        CHECK(set.geometry.indirect_shift == keydata->get_u64("mdn_indblkshift"));
        CHECK(set.geometry.pointers == keydata->get_u64("mdn_nblkptr"));
        CHECK(set.max_block == keydata->get_u64("mdn_maxblkid"));
      }
    }
  }
  CHECK(objects > 500);
}

TEST_CASE("nothing of a pool's own accounting is kept or sent", "[invariant-29]") {
  for (const auto& [folder, chain] : raw_chains()) {
    CAPTURE(folder);
    ReceiveWorld world;
    std::string name;
    for (const ReferenceStream& each : chain) {
      world.receive(each.read());
      name = name_of(each.read());
    }
    const Bytes sent = world.send(name);
    stream::Reader reader{ByteView(sent)};
    while (const auto* item = reader.next()) {
      if (const auto* object = std::get_if<stream::Object>(&item->record)) {
        CHECK(object->type != kUserUsedType);
        CHECK(object->object < stream::kMaxObject);
      }
      // The local MAC is in no stream: a receiver finds it zero and makes its own.
      if (item->number == 0)
        CHECK_FALSE(reader.begin_payload()
                        ->list.get_nvlist(stream::begin_key::kCryptKeydata)
                        ->contains("local_mac"));
    }
  }
  // A stream that brings the object of a pool's accounting is refused.
  const Bytes good = reference("2.1.11/aes-256-gcm/s1.zfs");
  for (const std::uint64_t number : {kUserUsedObject, kUserUsedObject - 1, kUserUsedObject - 2}) {
    stream::Reader reader{ByteView(good)};
    sealift::test::MemorySink sink;
    stream::Writer writer(sink, Endian::kLittle);
    bool is_changed = false;
    while (const auto* item = reader.next()) {
      stream::Record record = item->record;
      auto* object = std::get_if<stream::Object>(&record);
      if (object != nullptr && !std::exchange(is_changed, true)) object->object = number;
      writer.write(record, item->payload);
    }
    writer.flush();
    ReceiveWorld world;
    CHECK(world.try_receive(sink.bytes()) != "received");
    CHECK(world.names() == std::vector<std::string>{"tank"});
  }
}

}  // namespace sealift::replicate::test
