// SPDX-License-Identifier: Apache-2.0
// What no reference stream has. gzip, lz4 and zstd are in contents_test.cpp.
#include "dataset/decompress.h"

#include "base/error.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;

namespace {

std::string unpack(std::uint8_t kind, const Bytes& stored, std::size_t size) {
  Bytes plain(size, 0xee);
  decompress(stored, kind, plain);
  return std::string(as_text(plain));
}

bool is_damaged(std::uint8_t kind, const Bytes& stored, std::size_t size) {
  try {
    unpack(kind, stored, size);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kDamaged;
  }
  return false;
}

constexpr std::uint8_t pair_high(unsigned length, unsigned back) {
  return static_cast<std::uint8_t>((length - 3) << 2 | back >> 8);
}

}  // namespace

TEST_CASE("lzjb copies from what it has made") {
  const Bytes stored = {0b1000, 'a', 'b', 'c', pair_high(9, 3), 3};
  CHECK(unpack(compression::kLzjb, stored, 12) == "abcabcabcabc");
  CHECK(unpack(compression::kLzjb, stored, 5) == "abcab");  // a copy may be cut at the end
  CHECK(is_damaged(compression::kLzjb, stored, 13));
  CHECK(is_damaged(compression::kLzjb, {0b1000, 'a', 'b', 'c', pair_high(9, 4), 4}, 12));
  CHECK(is_damaged(compression::kLzjb, {0b1000, 'a', 'b', 'c', pair_high(9, 0), 0}, 12));
  CHECK(is_damaged(compression::kLzjb, {0b1, 1}, 12));
  CHECK(is_damaged(compression::kLzjb, {}, 1));
}

TEST_CASE("zle is runs of zeros between bytes") {
  CHECK(unpack(compression::kZle, {1, 'a', 'b', 64 + 2, 0, 'c'}, 6) == std::string("ab\0\0\0c", 6));
  CHECK(unpack(compression::kZle, {1, 'a', 'b', 99, 99}, 2) == "ab");  // what fills the sector up
  CHECK(is_damaged(compression::kZle, {1, 'a', 'b', 64 + 2, 0}, 6));
  CHECK(is_damaged(compression::kZle, {3, 'a', 'b'}, 4));
  CHECK(is_damaged(compression::kZle, {255}, 10));
}

TEST_CASE("Sizes that are not the block's are damage") {
  CHECK(unpack(compression::kOff, {'a', 'b'}, 2) == "ab");
  CHECK(unpack(compression::kUnknown, {'a', 'b'}, 2) == "ab");
  CHECK(is_damaged(compression::kOff, {'a', 'b'}, 3));
  for (const std::uint8_t kind : {compression::kLz4, compression::kZstd}) {
    CHECK(is_damaged(kind, {}, 8));
    CHECK(is_damaged(kind, {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0}, 8));
    CHECK(is_damaged(kind, {0, 0, 0, 0, 0, 0, 0, 0, 0}, 8));
  }
  CHECK(is_damaged(compression::kGzip9, {1, 2, 3}, 8));
  CHECK(is_damaged(4, {1, 2, 3}, 3));
  CHECK(is_damaged(17, {1, 2, 3}, 3));
}
