// SPDX-License-Identifier: Apache-2.0
// The rules of proto/lineage.md, one by one, on streams that real ZFS made and small changes of
// them.
#include "catalog/name.h"
#include "replicate/arrival.h"
#include "replicate/receive_world.h"
#include "stream/reader.h"
#include "stream/writer.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr const char* kFull = "2.1.11/enc/s1.zfs";
constexpr const char* kIncrement = "2.1.11/enc/s1-s2.zfs";
const std::string kName = "tank/enc";

/// What a test changes of a stream's BEGIN; keydata is null in a plain stream.
using EditBegin = std::function<void(stream::Begin&, stream::Nvlist* keydata)>;

/// The stream with another BEGIN and right checksums.
Bytes with_begin(const Bytes& bytes, const EditBegin& edit) {
  stream::Reader reader{ByteView(bytes)};
  sealift::test::MemorySink sink;
  const stream::Reader::Item* item = reader.next();
  stream::Begin begin = std::get<stream::Begin>(item->record);
  Bytes payload;
  stream::Writer writer(sink, reader.endian());
  if (const auto& unpacked = reader.begin_payload()) {
    stream::Nvlist list = unpacked->list;
    const stream::Nvlist* found = list.get_nvlist(stream::begin_key::kCryptKeydata);
    stream::Nvlist keydata = found == nullptr ? stream::Nvlist() : *found;
    edit(begin, found == nullptr ? nullptr : &keydata);
    if (found != nullptr) list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
    payload = stream::encode_nvlist(list, unpacked->packing);
  } else {
    edit(begin, nullptr);
  }
  begin.payload_length = static_cast<std::uint32_t>(payload.size());
  writer.write(begin, payload);
  while ((item = reader.next()) != nullptr) writer.write(item->record, item->payload);
  writer.flush();
  return sink.bytes();
}

Bytes with_number(const char* file, const char* name, std::uint64_t value) {
  return with_begin(reference(file), [&](stream::Begin&, stream::Nvlist* keydata) {
    keydata->add_u64(name, value);
  });
}

Bytes with_feature(const char* file, std::uint64_t bits) {
  return with_begin(reference(file), [&](stream::Begin& begin, stream::Nvlist*) {
    begin.version_info =
        stream::make_version_info(stream::HeaderType::kSubstream, begin.features() | bits);
  });
}

/// The stream as its source would send it after `zfs change-key`.
Bytes rewrapped(const char* file) {
  return with_begin(reference(file), [](stream::Begin&, stream::Nvlist* keydata) {
    keydata->add_u64("pbkdf2salt", 4711);
    keydata->add_u8_array("DSL_CRYPTO_IV", Bytes(12, 7));
  });
}

std::uint64_t number_of(const char* file, const char* name) {
  const Bytes bytes = reference(file);
  stream::Reader reader{ByteView(bytes)};
  reader.next();
  return *reader.begin_payload()->list.get_nvlist("crypt_keydata")->get_u64(name);
}

void check_refused(ReceiveWorld& world, const Bytes& stream, const std::string& words) {
  const auto before = world.files();
  CHECK_THAT(world.try_receive(stream), ContainsSubstring(words));
  CHECK(world.last_kind() == ErrorKind::kRefused);
  CHECK(world.files() == before);
}

TEST_CASE("an unchanged copy is byte for byte the stream") {
  CHECK(with_begin(reference(kFull), [](auto&, auto*) {}) == reference(kFull));
}

TEST_CASE("invariant 2: another master key is another lineage") {
  ReceiveWorld world;
  world.receive_file(kFull);
  check_refused(world, with_number(kIncrement, "DSL_CRYPTO_GUID", 99),
                "encryption key does not match existing key");
  check_refused(world, with_number(kIncrement, "DSL_CRYPTO_SUITE", 3),
                "encryption key does not match existing key: encryption suite 8 here, 3");
  CHECK(world.receive_file(kIncrement).snapshots.size() == 1);
}

TEST_CASE("a base is a triple") {
  ReceiveWorld world;
  world.receive_file(kFull);
  check_refused(world, with_number(kIncrement, "from_ivset_guid", 99), "IV set guid mismatch");
  check_refused(world, with_number(kIncrement, "from_ivset_guid", 0), "IV set guid missing");
  const Bytes other_base = with_begin(
      reference(kIncrement), [](stream::Begin& begin, stream::Nvlist*) { begin.from_guid = 99; });
  CHECK_THAT(world.try_receive(other_base), ContainsSubstring("does not match incremental source"));

  SECTION("for clones too") {
    ReceiveRequest clone = ReceiveWorld::into("tank/clone");
    clone.origin = kName + "@s1";
    CHECK_THAT(world.try_receive(with_number(kIncrement, "from_ivset_guid", 99), clone),
               ContainsSubstring("IV set guid mismatch"));
    CHECK_THAT(world.try_receive(with_number(kIncrement, "DSL_CRYPTO_GUID", 99), clone),
               ContainsSubstring("does not match existing key"));
    world.receive(reference(kIncrement), clone);
    CHECK(world.property("tank/clone", "encryptionroot") == kName);
  }
  SECTION("for forced receives too") {
    ReceiveRequest forced = ReceiveWorld::into("tank");
    forced.force = true;
    CHECK_THAT(world.try_receive(with_number(kIncrement, "from_ivset_guid", 99), forced),
               ContainsSubstring("IV set guid mismatch"));
  }
  SECTION("the same guid with another IV set is another snapshot") {
    world.receive_file(kIncrement);
    check_refused(world, with_number(kIncrement, "to_ivset_guid", 99), "IV set guid mismatch");
  }
}

TEST_CASE("a head's stream is kept, and is no base") {
  ReceiveWorld world;
  world.receive(with_number(kFull, "to_ivset_guid", 0));
  check_refused(world, reference(kIncrement), "IV set guid missing");
}

TEST_CASE("invariant 1: a dataset's own wrapping is never replaced") {
  ReceiveWorld world;
  world.receive_file(kFull);
  const auto own = [&] { return world.catalog().get(kName).key.value(); };
  const catalog::KeyRecord before = own();
  world.receive(rewrapped(kIncrement));
  CHECK(own() == before);
  const auto all = world.catalog().wrappings(world.catalog().get(kName).id);
  REQUIRE(all.size() == 2);
  const auto snapshot = world.catalog().newest_snapshot(world.catalog().get(kName).id);
  CHECK(snapshot->wrapping != before.own);
  REQUIRE(world.warnings.size() == 1);
  CHECK_THAT(world.warnings.front(), ContainsSubstring(catalog::to_text(snapshot->wrapping)));
  // What is sent has the own wrapping; what arrived, on request, the other.
  CHECK(world.send(kName + "@s2", "@s1") == reference(kIncrement));
}

TEST_CASE("raw and plain never mix") {
  ReceiveWorld world;
  world.receive_file(kFull);
  const Bytes plain = reference("2.1.11/resumes/plain-s1-Lec.zfs");
  ReceiveRequest below = ReceiveWorld::into(kName + "/below");
  CHECK_THAT(world.try_receive(plain, below), ContainsSubstring("inherited key must be loaded"));
  below.overrides = {{"encryption", "off"}};
  world.receive(plain, below);
  CHECK(world.property(kName + "/below", "encryptionroot") == "-");

  create_dataset(world.vault(), "tank/plain", {}, world.moment());
  ReceiveRequest over = ReceiveWorld::into("tank/plain");
  over.force = true;
  CHECK_THAT(world.try_receive(reference(kFull), over),
             ContainsSubstring("overwrite an unencrypted one with an encrypted one"));
  over.force = false;
  CHECK_THAT(world.try_receive(reference(kFull), over),
             ContainsSubstring("must specify -F to overwrite it"));
  over.force = true;
  world.receive(plain, over);
  CHECK(world.names("tank/plain").size() == 2);
  CHECK_THAT(world.try_receive(plain, over),
             ContainsSubstring("must destroy them to overwrite it"));
}

TEST_CASE("features that cannot be honoured are refused by name") {
  namespace feature = stream::feature;
  ReceiveWorld world;
  check_refused(world, with_feature(kFull, feature::kEmbedData), "EMBED_DATA");
  check_refused(world, with_feature(kFull, feature::kDedup), "DEDUP");
  check_refused(world, with_feature(kFull, feature::kRedacted), "REDACTED");
  check_refused(world, with_feature(kFull, 1ULL << 40), "bit 40");
  check_refused(world,
                with_begin(reference(kFull),
                           [](stream::Begin& begin, stream::Nvlist*) {
                             begin.flags &= ~stream::begin_flag::kSpillBlock;
                           }),
                "SPILL_BLOCK");
  check_refused(world, with_number(kFull, "DSL_CRYPTO_VERSION", 0), "DSL_CRYPTO_VERSION");
}

TEST_CASE("large blocks stay with the lineage") {
  ReceiveWorld world;
  const auto newest_name = [](ReceiveWorld& of) {
    const catalog::Catalog catalog = of.catalog();
    return catalog.full_name(catalog.newest_snapshot(catalog.get(kName).id)->id);
  };
  world.receive(with_feature("2.1.11/resumes/enc-s1.zfs", stream::feature::kLargeBlocks));
  world.receive(with_begin(
      reference("2.1.11/resumes/enc-s1-s3.zfs"), [](stream::Begin& begin, stream::Nvlist*) {
        begin.version_info = stream::make_version_info(
            stream::HeaderType::kSubstream, begin.features() & ~stream::feature::kLargeBlocks);
      }));
  const auto newest = world.catalog().newest_snapshot(world.catalog().get(kName).id);
  CHECK((newest->flags & catalog::kHasLargeBlocks) != 0);

  // A receiver that has them refuses a stream that does not tell of them.
  const auto tells = [&](const std::string& snapshot, const std::string& from) {
    const Bytes sent = world.send(snapshot, from);
    stream::Reader reader{ByteView(sent)};
    return std::get<stream::Begin>(reader.next()->record).has(stream::feature::kLargeBlocks);
  };
  CHECK(tells(newest_name(world), ""));
  CHECK(tells(newest_name(world), "@s1"));
}

TEST_CASE("what needed large blocks is gone, and the streams tell of them all the same") {
  ReceiveWorld world;
  for (const char* file : {"s1", "s1-s2", "s2-s3"})
    world.receive(reference(fmt::format("2.1.11/gone/{}.zfs", file)));
  CHECK(world.send("tank/gone-enc@s2") == reference("2.1.11/gone/s2.zfs"));
  CHECK(world.send("tank/gone-enc@s3", "@s1") == reference("2.1.11/gone/s1-s3.zfs"));
}

TEST_CASE("what others change meanwhile makes the commit fail") {
  ReceiveWorld world;
  world.receive_file(kFull);
  const Bytes bytes = reference(kIncrement);
  /// Interferes when half of the stream was read.
  class Interfering final : public Source {
   public:
    Interfering(ByteView bytes, std::function<void()> interfere)
        : first_(bytes.first(bytes.size() / 2)),
          second_(bytes.subspan(bytes.size() / 2)),
          interfere_(std::move(interfere)) {}
    std::size_t read(ByteSpan into) override {
      const std::size_t count = first_.read(into);
      if (count != 0) return count;
      if (interfere_) std::exchange(interfere_, {})();
      return second_.read(into);
    }

   private:
    sealift::test::MemorySource first_, second_;
    std::function<void()> interfere_;
  };
  Vault other = Vault::open(world.directory(), Vault::Access::kWrite);
  const auto receive_while = [&](const std::function<void()>& interfere) {
    Interfering source(bytes, interfere);
    sealift::receive(world.vault(), source, ReceiveWorld::into("tank"), {}, world.moment());
  };
  SECTION("a snapshot") {
    CHECK_THROWS_WITH(
        receive_while([&] { take_snapshots(other, {kName + "@local"}, {}, world.moment()); }),
        ContainsSubstring("does not match incremental source"));
  }
  SECTION("the base is destroyed") {
    CHECK_THROWS_AS(receive_while([&] { destroy(other, kName + "@s1", {}); }), Error);
    CHECK(world.names(kName) == std::vector<std::string>{kName});
  }
  SECTION("the dataset is renamed") {
    CHECK_THROWS_WITH(
        receive_while([&] { rename(other, kName, "tank/moved", {}, world.moment()); }),
        ContainsSubstring("does not exist"));
  }
  SECTION("the same snapshot comes by another way") {
    CHECK_THROWS_WITH(receive_while([&] {
                        sealift::test::MemorySource again(bytes);
                        sealift::receive(other, again, ReceiveWorld::into("tank"), {},
                                         world.moment());
                      }),
                      ContainsSubstring("was changed while"));
    CHECK(world.send(kName + "@s2", "@s1") == bytes);
  }
  SECTION("a hold and an unrelated dataset do not matter") {
    receive_while([&] {
      hold(other, "keep", {kName + "@s1"}, Recursion::kNone, world.moment());
      create_dataset(other, "tank/new", {}, world.moment());
    });
    CHECK(world.send(kName + "@s2", "@s1") == bytes);
  }
}

TEST_CASE("key parameters are those of the stream that came") {
  ReceiveWorld world;
  world.receive_file(kFull);
  const catalog::DatasetRecord dataset = world.catalog().get(kName);
  const auto own = world.catalog().wrapping(dataset.id, dataset.key->own).value();
  CHECK(own.key_guid == number_of(kFull, "DSL_CRYPTO_GUID"));
  CHECK(own.pbkdf2_salt == number_of(kFull, "pbkdf2salt"));
  CHECK(own.from == kName + "@s1");
}

}  // namespace
}  // namespace sealift::replicate::test
