// SPDX-License-Identifier: Apache-2.0
// What is set aside lets a full disk be emptied again.
#include "vault/reserved_space.h"

#include "sealift/error.h"
#include "support/catch.h"
#include "support/temp_directory.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;
using sealift::test::PowerFailure;
using sealift::test::TempDirectory;

namespace {

constexpr std::uint64_t kReserve = 200'000;

std::uint64_t bytes_in(const MemoryStorage& storage) {
  std::uint64_t total = 0;
  for (const auto& [id, bytes] : storage.contents()) total += bytes.size();
  return total;
}

/// A vault with a hundred entries on a disk that is full but for what is set aside.
std::shared_ptr<MemoryStorage> full_disk() {
  const auto storage = new_memory_vault({ChecksumKind::kSha256, 100'000});
  storage->set_reserve(kReserve);
  const auto vault = open(storage);
  Appender appender(*vault);
  Tree tree(*vault, {});
  for (unsigned i = 0; i < 100; ++i) tree.put(numbered(i), std::string(1000, 'x'));
  commit(*vault, appender, tree);
  storage->limit_bytes(bytes_in(*storage) + kReserve);
  return storage;
}

void clear(Vault& vault, Appender& appender) {
  Tree tree(vault, vault.root().catalog);
  for (unsigned i = 0; i < 100; ++i) tree.erase(numbered(i));
  commit(vault, appender, tree);
}

void clear_in_reserve(const std::shared_ptr<MemoryStorage>& storage) {
  const auto vault = open(storage);
  const auto reserved = ReservedSpace::take(*vault);
  REQUIRE(reserved != nullptr);
  clear(*vault, reserved->appender());
  reserved->return_freed();
}

}  // namespace

TEST_CASE("a full disk takes no commit, but one in the space that is set aside") {
  const auto storage = full_disk();
  {
    const auto vault = open(storage);
    Appender appender(*vault);
    CHECK_THROWS_AS(clear(*vault, appender), Error);
  }
  const std::uint64_t before = bytes_in(*storage);
  clear_in_reserve(storage);
  const auto vault = open(storage);
  CHECK(contents(*vault).empty());
  CHECK(used_in_segments(*vault) == used_in_total(*vault));
  CHECK(vault->space().pending_bytes < before);
  for (const Storage::SegmentFile& file : storage->segments())
    CHECK(vault->impl().committed_length(vault->impl().uberblock(), file.id) == file.length);
}

TEST_CASE("space is set aside anew as soon as there is some") {
  const auto storage = full_disk();
  clear_in_reserve(storage);
  storage->limit_bytes(bytes_in(*storage) + kReserve);
  const auto vault = open(storage);
  CHECK(ReservedSpace::take(*vault) != nullptr);
}

TEST_CASE("where nothing is set aside, nothing can be taken") {
  const auto storage = new_memory_vault();
  const auto vault = open(storage);
  CHECK(ReservedSpace::take(*vault) == nullptr);
}

TEST_CASE("a crash at any operation in the reserve leaves the state before or after") {
  const auto counted = full_disk();
  const Model before = contents(*open(counted));
  const std::uint64_t first = counted->operations();
  clear_in_reserve(counted);
  for (std::uint64_t at = first; at < counted->operations(); ++at) {
    for (std::uint32_t seed = 0; seed < 4; ++seed) {
      CAPTURE(at - first, seed);
      const auto storage = full_disk();
      storage->fail_at(at);
      try {
        clear_in_reserve(storage);
      } catch (const PowerFailure&) {
      }
      const auto vault = open(storage->after_crash(seed));
      const Model left = contents(*vault);
      REQUIRE((left.empty() || left == before));
      REQUIRE(used_in_segments(*vault) == used_in_total(*vault));
    }
  }
}

TEST_CASE("a directory's reserve takes a commit and is there again afterwards") {
  const TempDirectory directory;
  Vault::init(directory / "v", {"v"});
  const auto reserve = directory / "v" / "segments" / "reserve";
  const std::uintmax_t size = std::filesystem::file_size(reserve);
  CHECK(size >= 256U << 10);
  const auto vault = Vault::open(directory / "v", Access::kWrite);
  {
    const auto reserved = ReservedSpace::take(*vault);
    REQUIRE(reserved != nullptr);
    CHECK_FALSE(std::filesystem::exists(reserve));
    CHECK(ReservedSpace::take(*vault) == nullptr);
    Tree tree(*vault, {});
    tree.put("a", "1");
    commit(*vault, reserved->appender(), tree);
  }
  CHECK(std::filesystem::file_size(reserve) == size);
  const auto later = Vault::open(directory / "v", Access::kWrite);
  CHECK(contents(*later) == Model{{"a", "1"}});
  for (const auto& file : later->impl().storage().segments())
    CHECK(file.length == later->impl().committed_length(later->impl().uberblock(), file.id));
}
