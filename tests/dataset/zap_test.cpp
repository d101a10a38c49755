// SPDX-License-Identifier: Apache-2.0
// Fat ZAPs that no reference stream has: with a pointer table of their own, and damaged ones.
#include "dataset/zap.h"

#include <set>

#include "base/error.h"
#include "dataset/forged_set.h"
#include "dataset/object_types.h"
#include "dataset/zap_format.h"
#include "stream/record_format.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::dataset;
using namespace sealift::dataset::test;

namespace {

constexpr unsigned kShift = 9;
constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kSalt = 0x9e3779b97f4a7c15;
constexpr unsigned kTableShift = 6;  // 64 numbers: a block of its own
constexpr Endian kOrder = Endian::kBig;

/// A fat ZAP of blocks of 512 bytes: header, pointer table, and a leaf for each half of all hashes.
class FatZap {
 public:
  FatZap() : header(kBlock), table(kBlock), leaves{Bytes(kBlock), Bytes(kBlock)} {
    namespace fz = fat_zap;
    put(header, 0, zap_block::kHeader);
    put(header, fz::kMagicOffset, fz::kMagic);
    put(header, fz::kTableBlockOffset, std::uint64_t{1});
    put(header, fz::kTableBlocksOffset, std::uint64_t{1});
    put(header, fz::kTableShiftOffset, std::uint64_t{kTableShift});
    put(header, fz::kSaltOffset, kSalt);
    for (std::uint64_t i = 0; i < 1U << kTableShift; ++i)
      put(table, i * 8, std::uint64_t{2} + (i >> (kTableShift - 1)));
    for (std::uint64_t half : {0, 1}) {
      Bytes& leaf = leaves[half];
      std::fill_n(leaf.begin() + zap_leaf::kHeaderBytes, 2 * zap_leaf::hash_entries(kShift), 0xff);
      put(leaf, 0, zap_block::kLeaf);
      put(leaf, zap_leaf::kPrefixOffset, half);
      put(leaf, zap_leaf::kMagicOffset, zap_leaf::kMagic);
      put(leaf, zap_leaf::kPrefixLengthOffset, std::uint16_t{1});
      for (std::size_t i = 0; i < zap_leaf::chunks(kShift); ++i)
        leaf[chunk(i)] = static_cast<std::uint8_t>(zap_leaf::ChunkType::kFree);
    }
  }

  /// Up to 21 bytes of name.
  void add(const std::string& name, std::uint64_t value) {
    const std::uint64_t hash = zap_hash(name, kSalt);
    const std::size_t half = hash >> 63;
    Bytes& leaf = leaves[half];
    const auto entry = static_cast<std::uint16_t>(used_[half]);
    used_[half] += 3;
    const std::size_t chain = zap_leaf::kHeaderBytes + 2 * zap_leaf::hash_chain(hash, kShift, 1);
    const std::size_t at = chunk(entry);
    leaf[at] = static_cast<std::uint8_t>(zap_leaf::ChunkType::kEntry);
    leaf[at + zap_leaf::kIntegerBytesOffset] = 8;
    put(leaf, at + zap_leaf::kNextEntryOffset, load<std::uint16_t>(&leaf[chain], kOrder));
    put(leaf, chain, entry);
    put(leaf, at + zap_leaf::kNameChunkOffset, static_cast<std::uint16_t>(entry + 1));
    put(leaf, at + zap_leaf::kNameLengthOffset, static_cast<std::uint16_t>(name.size() + 1));
    put(leaf, at + zap_leaf::kValueChunkOffset, static_cast<std::uint16_t>(entry + 2));
    put(leaf, at + zap_leaf::kValueLengthOffset, std::uint16_t{1});
    put(leaf, at + zap_leaf::kHashOffset, hash);
    for (const std::size_t part : {1, 2}) {
      leaf[chunk(entry + part)] = static_cast<std::uint8_t>(zap_leaf::ChunkType::kArray);
      put(leaf, chunk(entry + part) + zap_leaf::kNextOffset, zap_leaf::kChainEnd);
    }
    std::copy(name.begin(), name.end(),
              leaf.begin() + static_cast<std::ptrdiff_t>(chunk(entry + 1) + 1));
    store(&leaf[chunk(entry + 2) + 1], value, Endian::kBig);
    put(leaf, zap_leaf::kEntriesOffset, ++entries_[half]);
  }

  static std::size_t chunk(std::size_t number) {
    return zap_leaf::chunks_offset(kShift) + number * zap_leaf::kChunkBytes;
  }
  template <class T>
  static void put(Bytes& block, std::size_t at, T value) {
    store(block.data() + at, value, kOrder);
  }

  Bytes header;
  Bytes table;
  std::array<Bytes, 2> leaves;

 private:
  std::array<std::size_t, 2> used_{};
  std::array<std::uint16_t, 2> entries_{};
};

/// A ZAP in an object set, opened.
class OpenZap {
 public:
  explicit OpenZap(const FatZap& zap) : set_(kOrder) {
    ForgedObject object{7, object_type::kDirectoryContents, 0, kBlock, {}, {}, {}};
    object.blocks = {zap.header, zap.table, zap.leaves[0], zap.leaves[1]};
    set_.add(object);
    plaintext_.emplace(set_.vault(), set_.finish(stream::objset_type::kFilesystem), nullptr);
  }
  Zap open() { return Zap(*plaintext_, 7); }

  /// All names; empty where it is damaged.
  std::set<std::string> names() {
    std::set<std::string> found;
    try {
      open().each([&](const ZapEntry& entry) { return found.insert(entry.name).second; });
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kDamaged);
      found.clear();
    }
    return found;
  }

 private:
  ForgedSet set_;
  std::optional<Plaintext> plaintext_;
};

FatZap with_names() {
  FatZap zap;
  for (const char* name : {"one", "two", "three", "four", "five"})
    zap.add(name, std::string_view(name).size());
  return zap;
}

}  // namespace

TEST_CASE("A pointer table may be in blocks of its own") {
  OpenZap zap(with_names());
  CHECK(zap.names() == std::set<std::string>{"five", "four", "one", "three", "two"});
  for (const std::string name : {"one", "two", "three", "four", "five"})
    CHECK(zap.open().number(name) == name.size());
  CHECK(zap.open().find("six") == std::nullopt);
}

TEST_CASE("What OpenZFS could not have written is damage") {
  FatZap zap = with_names();
  SECTION("a leaf in the place of another") {
    std::swap(zap.leaves[0], zap.leaves[1]);
  }
  SECTION("leaves that overlap") {
    FatZap::put(zap.table, 0, std::uint64_t{3});
    FatZap::put(zap.leaves[1], zap_leaf::kPrefixOffset, std::uint64_t{0});
    FatZap::put(zap.leaves[1], zap_leaf::kPrefixLengthOffset, std::uint16_t{kTableShift});
  }
  SECTION("a table beyond the object") {
    FatZap::put(zap.header, fat_zap::kTableBlockOffset, std::uint64_t{4});
  }
  SECTION("a table larger than its blocks") {
    FatZap::put(zap.header, fat_zap::kTableShiftOffset, std::uint64_t{40});
  }
  SECTION("a table of more blocks than can be counted") {
    FatZap::put(zap.header, fat_zap::kTableBlocksOffset, ~std::uint64_t{0});
  }
  SECTION("integers as keys") {
    FatZap::put(zap.header, fat_zap::kFlagsOffset, fat_zap::flag::kIntegerKeys);
  }
  SECTION("more entries than a leaf says") {
    FatZap::put(zap.leaves[1], zap_leaf::kEntriesOffset, std::uint16_t{0});
    FatZap::put(zap.leaves[0], zap_leaf::kEntriesOffset, std::uint16_t{0});
  }
  SECTION("names that go on for ever") {
    for (Bytes& leaf : zap.leaves) {
      FatZap::put(leaf, FatZap::chunk(0) + zap_leaf::kNameLengthOffset, std::uint16_t{1000});
      FatZap::put(leaf, FatZap::chunk(1) + zap_leaf::kNextOffset, std::uint16_t{1});
    }
  }
  SECTION("chains that leave the leaf") {
    for (Bytes& leaf : zap.leaves)
      FatZap::put(leaf, FatZap::chunk(0) + zap_leaf::kValueChunkOffset, std::uint16_t{999});
  }
  CHECK(OpenZap(zap).names().empty());
}

TEST_CASE("A hash chain that is a loop ends") {
  FatZap zap = with_names();
  for (Bytes& leaf : zap.leaves) {
    FatZap::put(leaf, FatZap::chunk(0) + zap_leaf::kNextEntryOffset, std::uint16_t{0});
    for (std::size_t i = 0; i < zap_leaf::hash_entries(kShift); ++i)
      FatZap::put(leaf, zap_leaf::kHeaderBytes + 2 * i, std::uint16_t{0});
  }
  OpenZap open(zap);
  CHECK_THROWS_AS(open.open().find("no such name"), Error);
}
