// SPDX-License-Identifier: Apache-2.0
#include "objset/entry.h"

#include <algorithm>
#include <random>

#include "base/error.h"
#include "support/catch.h"

namespace sealift::objset {
namespace {

using Random = std::mt19937_64;

template <std::size_t N>
void fill(std::array<std::uint8_t, N>& bytes, Random& random) {
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
}

Entry random_block(Random& random) {
  Entry entry;
  entry.kind = random() % 8 == 0 ? EntryKind::kEmbedded : EntryKind::kBlock;
  entry.birth = Birth{1 + random() % 3};
  entry.byte_order = random() % 2 ? Endian::kBig : Endian::kLittle;
  entry.dedup_capable = random() % 2;
  entry.checksum_type = static_cast<std::uint8_t>(random() % 14);
  entry.compression = static_cast<std::uint8_t>(random() % 17);
  entry.logical_size = 131072;
  if (entry.kind == EntryKind::kEmbedded) entry.embedded_psize = 100;
  entry.where = {static_cast<std::uint32_t>(random() % 9), 4096, random() >> 20, {}};
  fill(entry.where.checksum, random);
  if (random() % 2) {
    entry.sealing.salt[0] = static_cast<std::uint8_t>(random() % 2);
    fill(entry.sealing.iv, random);
    fill(entry.sealing.mac, random);
  }
  if (random() % 2) {
    entry.key.properties = random();
    for (auto& word : entry.key.checksum) word = random();
    if (random() % 2) {
      entry.key.checksum[2] = load<std::uint64_t>(entry.sealing.mac.data());
      entry.key.checksum[3] = load<std::uint64_t>(entry.sealing.mac.data() + 8);
    }
  }
  return entry;
}

/// A block that may be alike, and behind `before`.
Entry random_follower(const Entry& before, Random& random) {
  Entry entry = random_block(random);
  if (before.kind != EntryKind::kBlock || random() % 4 == 0) return entry;
  const vault::Checksum checksum = entry.where.checksum;
  const stream::Sealing sealing = entry.sealing;
  entry = before;
  entry.sealing = sealing;
  entry.where.checksum = checksum;
  entry.where.offset += before.where.length;
  if (random() % 4 == 0) entry.where.length = 512 * static_cast<std::uint32_t>(1 + random() % 256);
  if (random() % 4 == 0) entry.compression ^= 1;
  const std::uint64_t sizes = 255U | std::uint64_t{entry.where.length / 512 - 1} << 16 |
                              std::uint64_t{entry.compression} << 32;
  if (random() % 2) entry.key.properties = sizes | (sealing != stream::Sealing{} ? 1ULL << 39 : 0);
  return entry;
}

std::vector<Entry> random_entries(Random& random, std::size_t count) {
  std::vector<Entry> entries;
  while (entries.size() < count) {
    if (random() % 3 == 0) {
      Entry hole = Entry::hole(Birth{random() % 3});
      if (random() % 4 == 0) hole.kind = EntryKind::kRedacted;
      entries.insert(entries.end(), std::min(count - entries.size(), 1 + random() % 40), hole);
    } else {
      entries.push_back(entries.empty() ? random_block(random)
                                        : random_follower(entries.back(), random));
    }
  }
  return entries;
}

TEST_CASE("entries come back as they were") {
  const auto seed = GENERATE(range(0, 50));
  Random random(static_cast<std::uint64_t>(seed));
  const std::vector<Entry> entries = random_entries(random, 1 + random() % 1024);
  Bytes bytes;
  encode_entries(entries, bytes);
  bytes.push_back(0x5a);
  const DecodedEntries decoded = decode_entries(bytes, entries.size());
  CHECK(decoded.entries == entries);
  CHECK(decoded.rest.size() == 1);
}

TEST_CASE("a sealed entry takes less than a pointer of OpenZFS") {
  Random random(7);
  std::vector<Entry> entries(1024, random_block(random));
  for (Entry& entry : entries) {
    entry.kind = EntryKind::kBlock;
    fill(entry.sealing.mac, random);
    entry.key.checksum[2] = load<std::uint64_t>(entry.sealing.mac.data());
    entry.key.checksum[3] = load<std::uint64_t>(entry.sealing.mac.data() + 8);
    entry.sealing.salt = {1, 2, 3, 4, 5, 6, 7, 8};
    entry.key.properties = 42;
    entry.birth = Birth{3};
  }
  Bytes bytes;
  encode_entries(entries, bytes);
  CHECK(bytes.size() < 1024 * 128);
}

TEST_CASE("alike blocks behind one another take 81 bytes each") {
  Random random(7);
  std::vector<Entry> entries(1024, random_block(random));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    entry.kind = EntryKind::kBlock;
    entry.logical_size = 4096;
    entry.where.length = 4096;
    entry.where.offset = i * 4096;
    entry.compression = 2;
    fill(entry.sealing.mac, random);
    entry.sealing.salt = {1, 2, 3, 4, 5, 6, 7, 8};
    entry.key.properties = 7U | 7U << 16 | 2ULL << 32 | 1ULL << 39;
    entry.key.checksum = {random(), random(), load<std::uint64_t>(entry.sealing.mac.data()),
                          load<std::uint64_t>(entry.sealing.mac.data() + 8)};
    entry.birth = Birth{3};
  }
  Bytes bytes;
  encode_entries(entries, bytes);
  CHECK(bytes.size() < 1025 * 81);
  CHECK(decode_entries(bytes, entries.size()).entries == entries);
}

TEST_CASE("entries cut short, or too many of them, are damage") {
  Random random(1);
  const std::vector<Entry> entries = random_entries(random, 20);
  Bytes bytes;
  encode_entries(entries, bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(decode_entries(ByteView(bytes).first(size), entries.size()), Error);
  std::vector<Entry> holes(10, Entry::hole(Birth{1}));
  bytes.clear();
  encode_entries(holes, bytes);
  CHECK_THROWS_AS(decode_entries(bytes, 9), Error);
}

}  // namespace
}  // namespace sealift::objset
