// SPDX-License-Identifier: Apache-2.0
#include "os/lock.h"

#include <optional>

#include "support/catch.h"
#include "support/temp_directory.h"

using namespace sealift::os;
using sealift::test::TempDirectory;

namespace {

/// Two openings of one file: locks are theirs, not the process's.
struct Pair {
  TempDirectory directory;
  std::optional<File> a{File(directory / "f", OpenMode::kCreate)};
  std::optional<File> b{File(directory / "f", OpenMode::kCreate)};
};

constexpr LockRange kAll{};

}  // namespace

TEST_CASE("an exclusive lock keeps others out until it is given up or its file closed") {
  Pair pair;
  CHECK(try_lock(*pair.a, LockKind::kExclusive, kAll));
  CHECK(!try_lock(*pair.b, LockKind::kExclusive, kAll));
  CHECK(!try_lock(*pair.b, LockKind::kShared, {7, 1}));
  unlock(*pair.a, kAll);
  CHECK(try_lock(*pair.b, LockKind::kExclusive, kAll));
  pair.b.reset();
  CHECK(try_lock(*pair.a, LockKind::kExclusive, kAll));
}

TEST_CASE("shared locks go together, and one can be found by where it starts") {
  Pair pair;
  CHECK(!locked_offset(*pair.b, kAll));
  lock(*pair.a, LockKind::kShared, {1'000'000'000'000, 1});
  CHECK(try_lock(*pair.b, LockKind::kShared, {1'000'000'000'000, 1}));
  CHECK(locked_offset(*pair.b, kAll) == 1'000'000'000'000);
  CHECK(!locked_offset(*pair.b, {0, 1'000'000'000'000}));
  CHECK(!locked_offset(*pair.b, {1'000'000'000'001, 0}));
}
