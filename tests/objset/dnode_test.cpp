// SPDX-License-Identifier: Apache-2.0
#include "objset/dnode.h"

#include <random>

#include "base/error.h"
#include "support/catch.h"

namespace sealift::objset {
namespace {

using Random = std::mt19937_64;

Entry block_at(std::uint64_t offset, Random& random) {
  Entry entry;
  entry.kind = EntryKind::kBlock;
  entry.birth = Birth{3};
  entry.logical_size = 8192;
  entry.where = {0, 1536, offset, {}};
  for (auto& byte : entry.where.checksum) byte = static_cast<std::uint8_t>(random());
  return entry;
}

/// A file of one block, as most are.
Dnode small_file(std::uint64_t offset, Random& random) {
  Dnode dnode;
  dnode.type = 19;
  dnode.bonus_type = 44;
  dnode.bonus_length = 176;
  dnode.block_size = 8192;
  dnode.geometry.levels = 1;
  dnode.geometry.pointers = 1;
  dnode.geometry.indirect_shift = 17;
  dnode.bonus.assign(320, static_cast<std::uint8_t>(random()));
  dnode.pointers = {block_at(offset, random)};
  return dnode;
}

DnodeBlock small_files(Random& random) {
  DnodeBlock block;
  for (std::uint32_t slot = 0; slot < kSlotsPerBlock; ++slot)
    block.emplace(slot, small_file(slot * 1536ULL, random));
  return block;
}

/// Changes what may differ between dnodes of a file system.
void vary(Dnode& dnode, Random& random) {
  switch (random() % 8) {
    case 0:
      dnode.type = 20;
      break;
    case 1:
      dnode.bonus.resize(168);
      break;
    case 2:
      dnode.compress = 15;
      break;
    case 3:
      dnode.max_block = 77;
      break;
    case 4:
      dnode.hole_end = 1 << 20;
      break;
    case 5:
      dnode.has_spill = true;
      dnode.spill = block_at(random() >> 20, random);
      break;
    case 6:
      dnode.spill = Entry::hole(Birth{2});
      break;
    default:
      dnode.geometry.levels = 2;
      dnode.pointers = {Entry::hole(Birth{1})};
  }
}

TEST_CASE("dnode blocks come back as they were") {
  Random random(static_cast<std::uint64_t>(GENERATE(range(0, 50))));
  DnodeBlock block = small_files(random);
  for (auto& [slot, dnode] : block)
    if (random() % 3 == 0) vary(dnode, random);
  for (std::uint32_t slot = 0; slot < kSlotsPerBlock; ++slot)
    if (random() % 4 == 0) block.erase(slot);
  CHECK(decode_dnode_block(encode_dnode_block(block)) == block);
}

TEST_CASE("a small file's dnode takes 50 bytes besides its bonus") {
  Random random(1);
  CHECK(encode_dnode_block(small_files(random)).size() < (320 + 50) * kSlotsPerBlock + 64);
}

TEST_CASE("a dnode block cut short, or of an unknown layout, is damage") {
  Random random(1);
  Bytes bytes = encode_dnode_block(small_files(random));
  for (std::size_t size = 0; size < bytes.size(); size += 7)
    CHECK_THROWS_AS(decode_dnode_block(ByteView(bytes).first(size)), Error);
  bytes[0] = 1;
  CHECK_THROWS_AS(decode_dnode_block(bytes), Error);
}

TEST_CASE("the first dnode of a block is like none before it") {
  Random random(1);
  Bytes bytes = encode_dnode_block(small_files(random));
  bytes[3] |= 0x08;  // behind layout, count and slot
  CHECK_THROWS_AS(decode_dnode_block(bytes), Error);
}

}  // namespace
}  // namespace sealift::objset
