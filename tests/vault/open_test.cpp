// SPDX-License-Identifier: Apache-2.0
// What a vault's opening takes, and what it rejects.
#include "sealift/error.h"
#include "support/catch.h"
#include "support/temp_directory.h"
#include "vault/sealed_page.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;
using Catch::Matchers::ContainsSubstring;
using sealift::test::TempDirectory;

namespace {

ErrorKind kind_of_failure(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("nothing was thrown");
  return ErrorKind::kBug;
}

Identity some_identity() {
  Identity identity;
  identity.name = "dr";
  identity.guid = 7;
  identity.version = kFormatVersion;
  return identity;
}

Uberblock some_uberblock(std::uint64_t txg) {
  Uberblock uberblock;
  uberblock.vault_guid = 7;
  uberblock.txg = Txg{txg};
  uberblock.time_seconds = -5;
  uberblock.features = {1, 2};
  uberblock.catalog = {1, 2, 3, {4}};
  uberblock.space = {5, 6, 7, {8}};
  uberblock.tail = {9, 10, 11, {12}};
  uberblock.allocated_bytes = 13;
  uberblock.pending_bytes = 14;
  uberblock.segments = 15;
  uberblock.next_segment = 16;
  return uberblock;
}

Bytes ring_of(std::initializer_list<std::uint64_t> txgs) {
  Bytes ring(kUberblockSlots * kSealedPageBytes);
  for (const std::uint64_t txg : txgs) {
    const Bytes page = encode(some_uberblock(txg));
    std::copy(page.begin(), page.end(),
              ring.begin() + static_cast<std::ptrdiff_t>(txg % kUberblockSlots * page.size()));
  }
  return ring;
}

}  // namespace

TEST_CASE("a new vault opens with its identity, the null catalog and txg 1") {
  const TempDirectory directory;
  Vault::init(directory / "v", {"dr", ChecksumKind::kFletcher4});
  const auto vault = Vault::open(directory / "v", Access::kRead);
  CHECK(vault->identity().name == "dr");
  CHECK(vault->identity().guid != 0);
  CHECK(vault->identity().checksum == ChecksumKind::kFletcher4);
  CHECK(vault->identity().version == kFormatVersion);
  CHECK(vault->root().txg == Txg{1});
  CHECK(vault->root().catalog.is_null());
  CHECK(vault->space().allocated_bytes == 0);
  CHECK(vault->intact_uberblocks() == 1);
}

TEST_CASE("init takes an empty directory, and none that holds anything") {
  const TempDirectory directory;
  Vault::init(directory.path(), {"v"});
  CHECK(kind_of_failure([&] { Vault::init(directory.path(), {"v"}); }) == ErrorKind::kState);
  CHECK(kind_of_failure([&] { Vault::init(directory / "no" / "v", {"v"}); }) == ErrorKind::kState);
}

TEST_CASE("where no vault is, opening says so and how to make one") {
  const TempDirectory directory;
  try {
    Vault::open(directory.path(), Access::kRead);
    FAIL("opened nothing");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kState);
    CHECK_THAT(error.hint(), ContainsSubstring("sealift init"));
  }
}

TEST_CASE("names that are no dataset's are refused") {
  for (const char* name : {"", "1abc", "-a", "a/b", "a@b", "a b", "\xc3\xa4"}) {
    CAPTURE(name);
    CHECK(kind_of_failure([&] { require_valid_name(name); }) == ErrorKind::kUsage);
  }
  CHECK_THROWS_AS(require_valid_name(std::string(256, 'a')), Error);
  CHECK_NOTHROW(require_valid_name("tank-1_a.b:c"));
}

TEST_CASE("an identity is read as it was written; a flipped bit anywhere is damage") {
  Identity identity = some_identity();
  identity.segment_bytes = 12345;
  const Bytes page = encode(identity, {1, 2});
  const DecodedIdentity decoded = decode_identity(page);
  CHECK(decoded.identity.name == "dr");
  CHECK(decoded.identity.guid == 7);
  CHECK(decoded.identity.segment_bytes == 12345);
  CHECK(decoded.features == Features{1, 2});
  for (std::size_t bit = 0; bit < page.size() * 8; bit += 7) {
    Bytes flipped = page;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    REQUIRE(kind_of_failure([&] { decode_identity(flipped); }) == ErrorKind::kDamaged);
  }
  CHECK_THROWS_AS(decode_identity(ByteView(page).first(4095)), Error);
  CHECK_THROWS_AS(decode_identity({}), Error);
}

TEST_CASE("formats and features of later versions are refused by name") {
  Identity later = some_identity();
  later.version = 2;
  CHECK(kind_of_failure([&] { decode_identity(encode(later, {})); }) == ErrorKind::kRefused);
  CHECK_THROWS_WITH(require_known({4, 0}, Access::kRead), ContainsSubstring("0x4"));
  CHECK_NOTHROW(require_known({0, 4}, Access::kRead));
  CHECK(kind_of_failure([] { require_known({0, 4}, Access::kWrite); }) == ErrorKind::kRefused);
}

TEST_CASE("an uberblock is read as it was written, the newest first") {
  const std::vector<Uberblock> found = decode_ring(ring_of({40, 41, 42, 11}), 7);
  REQUIRE(found.size() == 4);
  CHECK(found[0] == some_uberblock(42));
  CHECK(found[3] == some_uberblock(11));
}

TEST_CASE("an uberblock that is damaged, another vault's or in a wrong slot does not count") {
  Bytes ring = ring_of({40, 41});
  CHECK(decode_ring(ring, 8).empty());
  CHECK_FALSE(find_newest(ring, 8));
  ring[41 % kUberblockSlots * kSealedPageBytes + 100] ^= 1;
  CHECK(decode_ring(ring, 7).front().txg == Txg{40});
  CHECK(find_newest(ring, 7) == decode_ring(ring, 7).front());
  const Bytes page = encode(some_uberblock(99));
  std::copy(page.begin(), page.end(), ring.begin());
  CHECK(decode_ring(ring, 7).front().txg == Txg{40});
  CHECK(find_newest(ring, 7) == decode_ring(ring, 7).front());
  CHECK(decode_ring(ByteView(ring).first(5000), 7).empty());
  CHECK(decode_ring({}, 7).empty());
  CHECK_FALSE(find_newest({}, 7));
}

TEST_CASE("a damaged newest uberblock leaves the state before it") {
  const auto storage = new_memory_vault();
  std::vector<Model> history{Model{}};
  {
    const auto vault = open(storage);
    Appender appender(*vault);
    Tree tree(*vault, {});
    for (unsigned i = 0; i < 10; ++i) {
      tree.put(numbered(i % 4), std::to_string(i));
      commit(*vault, appender, tree);
      history.push_back(contents(*vault));
    }
  }
  for (unsigned lost = 1; lost < kRetainedRoots; ++lost) {
    storage->publish((12 - lost) % kUberblockSlots, Bytes(kSealedPageBytes));
    CHECK(contents(*open(storage->copy())) == history[10 - lost]);
    CHECK_NOTHROW(commit_nothing(*open(storage->copy())));
  }
}

TEST_CASE("a directory's vault is byte for byte as before once its appender is gone") {
  const TempDirectory directory;
  Vault::init(directory / "v", {"v"});
  const auto vault = Vault::open(directory / "v", Access::kWrite);
  const auto listing = [&] {
    std::map<std::string, std::uintmax_t> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / "v")) {
      if (entry.is_regular_file()) files[entry.path().native()] = entry.file_size();
    }
    return files;
  };
  const auto before = listing();
  {
    Appender appender(*vault);
    for (unsigned i = 0; i < 100; ++i) appender.append(noise(50'000, i));
    appender.sync();
    CHECK(listing() != before);
  }
  CHECK(listing() == before);
}
