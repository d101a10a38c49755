// SPDX-License-Identifier: Apache-2.0
// A vault is made whole or not at all, and what a making left that was cut off is in nobody's way.
#include "vault/founding.h"

#include <fstream>

#include "sealift/error.h"
#include "support/catch.h"
#include "support/temp_directory.h"
#include "vault/world.h"

using namespace sealift;
using namespace sealift::vault;
using namespace sealift::vault::test;
using sealift::test::empty_memory;
using sealift::test::PowerFailure;
using sealift::test::TempDirectory;
namespace fs = std::filesystem;

namespace {

const Model kFirst = {{"a", "1"}, {"b", "2"}};

void fill(Vault& vault) {
  Appender appender(vault);
  Tree tree(vault, vault.root().catalog);
  for (const auto& [key, value] : kFirst) tree.put(key, value);
  commit(vault, appender, tree);
}

void make(const std::shared_ptr<MemoryStorage>& storage) {
  storage->set_reserve(100'000);
  Vault::init(storage, {"v"}, kClock, fill);
}

void put(const fs::path& path) {
  std::ofstream(path) << "rubbish";
}

/// What may lie about when a making is cut off: bit by bit the names beside `identity.new`.
void leave_behind(const fs::path& directory, unsigned which) {
  const char* const names[] = {"writer", "readers", "uberblocks", "segments"};
  put(directory / "identity.new");
  for (unsigned i = 0; i < 3; ++i)
    if ((which >> i & 1) != 0) put(directory / names[i]);
  if ((which & 8) == 0) return;
  fs::create_directory(directory / "segments");
  put(directory / "segments" / "00000000");
  put(directory / "segments" / "reserve");
}

std::size_t names_in(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a power failure at any operation of init leaves a whole vault or none") {
  const auto whole = empty_memory();
  make(whole);
  const std::uint64_t operations = whole->operations();
  REQUIRE(operations > 5);
  unsigned named = 0;
  for (std::uint64_t at = 0; at < operations; ++at) {
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
      CAPTURE(at, seed);
      const auto storage = empty_memory();
      storage->fail_at(at);
      CHECK_THROWS_AS(make(storage), PowerFailure);
      const auto left = storage->after_crash(seed);
      if (!left->has_identity()) continue;
      ++named;
      REQUIRE(contents(*open(left)) == kFirst);
    }
  }
  CHECK(named > 0);  // the last operation may have taken place
  CHECK(named < 8);
  CHECK(contents(*open(whole)) == kFirst);
}

TEST_CASE("a vault can be made over what a making left that was cut off") {
  for (unsigned which = 0; which < 16; ++which) {
    CAPTURE(which);
    const TempDirectory directory;
    leave_behind(directory.path(), which);
    CHECK_THROWS_AS(Vault::open(directory.path(), Access::kRead), Error);
    Vault::init(directory.path(), {"v"}, fill);
    CHECK(contents(*Vault::open(directory.path(), Access::kWrite)) == kFirst);
    CHECK_FALSE(fs::exists(directory / "identity.new"));
  }
}

TEST_CASE("what is not from a making that was cut off is left alone") {
  for (const char* name : {"writer", "segments", "notes.txt"}) {
    CAPTURE(name);
    const TempDirectory directory;
    put(directory / name);
    CHECK_THROWS_AS(Vault::init(directory.path(), {"v"}), Error);
    CHECK(names_in(directory.path()) == 1);
  }
  const TempDirectory mixed;
  leave_behind(mixed.path(), 15);
  put(mixed / "notes.txt");
  CHECK_THROWS_AS(Vault::init(mixed.path(), {"v"}), Error);
  CHECK(names_in(mixed.path()) == 6);
}

TEST_CASE("where the first contents cannot be put in, nothing is left") {
  const TempDirectory directory;
  const auto refuse = [](Vault&) { throw Error(ErrorKind::kRetry, "no"); };
  CHECK_THROWS_AS(Vault::init(directory / "new", {"v"}, refuse), Error);
  CHECK_FALSE(fs::exists(directory / "new"));
  CHECK_THROWS_AS(Vault::init(directory.path(), {"v"}, refuse), Error);
  CHECK(names_in(directory.path()) == 0);
}

TEST_CASE("two cannot make a vault in the same directory") {
  const TempDirectory directory;
  const Founding first(directory.path());
  CHECK_THROWS_AS(Founding(directory.path()), Error);
}
