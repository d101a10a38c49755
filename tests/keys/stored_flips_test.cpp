// SPDX-License-Identifier: Apache-2.0
// Bits that flip in what a vault stores, and nobody hides it: each is found.
#include <random>

#include "catalog/record_codec.h"
#include "keys/sealed_world.h"
#include "support/catch.h"
#include "vault/tree_node.h"
#include "vault/uberblock.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::kSuites;
using keys::test::MemoryStorage;
using keys::test::SealedWorld;
using vault::BlockPointer;

namespace {

/// Bytes in a segment.
struct Place {
  std::uint32_t segment;
  std::uint64_t offset;
  std::uint64_t size;
};
Place place_of(const BlockPointer& where) {
  return {where.segment, where.offset, where.length};
}

/// Every block that a snapshot's object set reaches, by kind.
class Blocks {
 public:
  Blocks(const vault::BlockReader& reader, const BlockPointer& root) : reader_(reader) {
    const auto set = objset::read_object_set(reader, root);
    object_set = {place_of(root)};
    for (const auto& entry : set.pointers) meta(set.geometry, entry, set.geometry.levels - 1U);
  }
  std::vector<Place> object_set;
  std::vector<Place> nodes;
  std::vector<Place> dnodes;
  std::vector<Place> data;

 private:
  void meta(const objset::Geometry& geometry, const objset::Entry& entry, unsigned level) {
    if (entry.where.is_null()) return;
    if (level != 0) {
      nodes.push_back(place_of(entry.where));
      for (const auto& each : objset::read_node(reader_, entry, geometry))
        meta(geometry, each, level - 1);
      return;
    }
    dnodes.push_back(place_of(entry.where));
    for (const auto& [slot, dnode] : objset::read_dnode_block(reader_, entry)) {
      for (const auto& each : dnode.pointers)
        file(dnode.geometry, each, dnode.geometry.levels - 1U);
      file(dnode.geometry, dnode.spill, 0);
    }
  }
  void file(const objset::Geometry& geometry, const objset::Entry& entry, unsigned level) {
    if (entry.where.is_null()) return;
    (level == 0 ? data : nodes).push_back(place_of(entry.where));
    if (level == 0) return;
    for (const auto& each : objset::read_node(reader_, entry, geometry))
      file(geometry, each, level - 1);
  }

  const vault::BlockReader& reader_;
};

/// The places of the wrapping in force, in the nodes of the catalog.
std::vector<Place> key_records(const SealedWorld& world) {
  const auto catalog = world.catalog();
  const auto record = catalog.get("memory/now");
  const std::string sought = catalog::encode(catalog.wrapping(record.id, record.key->own).value());
  std::vector<Place> found;
  const std::function<void(const BlockPointer&)> visit = [&](const BlockPointer& where) {
    const Bytes bytes = world.vault().read(where);
    const std::string text(bytes.begin(), bytes.end());
    for (std::size_t at = text.find(sought); at != std::string::npos;
         at = text.find(sought, at + 1))
      found.push_back({where.segment, where.offset + at, sought.size()});
    const auto node = vault::decode_tree_node(bytes);
    if (node.is_leaf()) return;
    for (const auto& entry : node.entries) visit(entry.pointer);
  };
  visit(world.vault().root().catalog);
  return found;
}

class Flipper {
 public:
  explicit Flipper(const SealedWorld& world) : world_(world) {}

  /// Flips bits anywhere in these places, each by itself. Returns how many escaped.
  int escaping(const std::vector<Place>& places, int flips) {
    int escaped = 0;
    for (int i = 0; i < flips; ++i) {
      const Place& place = places[random_() % places.size()];
      const std::uint64_t bit = random_() % (place.size * 8);
      const auto storage = world_.storage()->copy();
      const std::uint64_t offset = place.offset + bit / 8;
      std::uint8_t byte = storage->contents().at(place.segment).at(offset);
      byte ^= static_cast<std::uint8_t>(1U << bit % 8);
      storage->overwrite(place.segment, offset, {&byte, 1});
      escaped += SealedWorld::is_proved(world_, storage);
    }
    return escaped;
  }

  int escaping_in_uberblocks(int flips) {
    const Bytes ring = world_.storage()->read_roots();
    const std::size_t slot_bytes = ring.size() / vault::kUberblockSlots;
    int escaped = 0;
    for (int i = 0; i < flips;) {
      const std::size_t slot = random_() % vault::kUberblockSlots;
      const auto first = ring.begin() + static_cast<std::ptrdiff_t>(slot * slot_bytes);
      Bytes page(first, first + static_cast<std::ptrdiff_t>(slot_bytes));
      if (std::all_of(page.begin(), page.end(), [](auto byte) { return byte == 0; })) continue;
      page[random_() % page.size()] ^= static_cast<std::uint8_t>(1U << random_() % 8);
      const auto storage = world_.storage()->copy();
      storage->publish(slot, page);
      escaped += SealedWorld::is_proved(world_, storage);
      ++i;
    }
    return escaped;
  }

 private:
  const SealedWorld& world_;
  std::uint64_t seed_ = std::random_device{}();
  std::mt19937_64 random_{seed_};

 public:
  std::uint64_t seed() const { return seed_; }
};

}  // namespace

TEST_CASE("Flipped bits in stored blocks, entries, dnodes, key records and uberblocks are found") {
  const std::uint64_t suite = GENERATE(from_range(std::begin(kSuites), std::end(kSuites)));
  const auto kind = GENERATE(vault::ChecksumKind::kSha256, vault::ChecksumKind::kFletcher4);
  const SealedWorld world(suite, kind);
  REQUIRE(SealedWorld::is_proved(world, world.storage()->copy()));
  const Blocks blocks(world.vault(), world.now());
  Flipper flipper(world);
  INFO("suite " << suite << ", seed " << flipper.seed());
  CHECK(flipper.escaping(blocks.object_set, 20) == 0);
  CHECK(flipper.escaping(blocks.nodes, 60) == 0);
  CHECK(flipper.escaping(blocks.dnodes, 40) == 0);
  CHECK(flipper.escaping(blocks.data, 60) == 0);
  CHECK(flipper.escaping(key_records(world), 40) == 0);
  CHECK(flipper.escaping_in_uberblocks(20) == 0);
}
