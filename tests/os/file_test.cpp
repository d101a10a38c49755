// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <algorithm>

#include "os/directory.h"
#include "sealift/error.h"
#include "support/catch.h"
#include "support/temp_directory.h"

using namespace sealift;
using namespace sealift::os;
using Catch::Matchers::ContainsSubstring;
using sealift::test::TempDirectory;

TEST_CASE("bytes written at an offset are read there, short only at the end") {
  const TempDirectory directory;
  const File file(directory / "f", OpenMode::kCreate);
  file.write_at(10, as_bytes("hello"));
  file.sync_data();
  CHECK(file.size() == 15);
  Bytes bytes(20, 0xff);
  CHECK(file.read_at(8, bytes) == 7);
  CHECK(equal(ByteView(bytes).first(7), Bytes{0, 0, 'h', 'e', 'l', 'l', 'o'}));
  CHECK(file.read_at(100, bytes) == 0);
  file.truncate(12);
  CHECK(file.size() == 12);
}

TEST_CASE("a missing file is nothing or an error that names it") {
  const TempDirectory directory;
  CHECK(!File::open_if_exists(directory / "none", OpenMode::kRead));
  CHECK_THROWS_WITH(File(directory / "none", OpenMode::kRead), ContainsSubstring("/none"));
  CHECK(File::create_if_absent(directory / "new"));
  CHECK(!File::create_if_absent(directory / "new"));
}

TEST_CASE("a punched range reads as zeros and the length stays") {
  const TempDirectory directory;
  const File file(directory / "f", OpenMode::kCreate);
  file.write_at(0, Bytes(12'288, 0xaa));
  if (file.punch(4096, 4096)) {
    Bytes bytes(12'288);
    CHECK(file.read_at(0, bytes) == 12'288);
    CHECK(all_zero(ByteView(bytes).subspan(4096, 4096)));
    CHECK(bytes[4095] == 0xaa);
    CHECK(bytes[8192] == 0xaa);
  }
  CHECK(file.size() == 12'288);
}

TEST_CASE("a file knows when its name is gone or another's") {
  const TempDirectory directory;
  const File file(directory / "f", OpenMode::kCreate);
  CHECK(file.is_linked());
  CHECK(remove_file(directory / "f"));
  CHECK(!file.is_linked());
  const File other(directory / "f", OpenMode::kCreate);
  CHECK(!file.is_linked());
  CHECK(other.is_linked());
}

TEST_CASE("directories are made, listed and emptied") {
  const TempDirectory directory;
  CHECK(make_directory(directory / "d"));
  CHECK(!make_directory(directory / "d"));
  CHECK_THROWS_AS(make_directory(directory / "no" / "d"), Error);
  File::create_if_absent(directory / "d" / "a");
  File::create_if_absent(directory / "d" / "b");
  rename_file(directory / "d" / "b", directory / "d" / "c");
  sync_directory(directory / "d");
  std::vector<std::string> names = list_directory(directory / "d");
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"a", "c"});
  CHECK(remove_file(directory / "d" / "a"));
  CHECK(!remove_file(directory / "d" / "a"));
}
