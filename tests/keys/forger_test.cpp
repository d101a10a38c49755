// SPDX-License-Identifier: Apache-2.0
#include "keys/forger.h"

#include <optional>
#include <random>

#include "base/error.h"
#include "keys/key_world.h"
#include "keys/verifier.h"
#include "stream/record_format.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::Forger;
using keys::test::KeyWorld;

namespace {

// What a forger may change unnoticed, because no key ever covered it (proto/keys.md): births,
// the fields of DRR_WRITE that only the sender's pool knew, fields that pointers to other
// metadata do not use, and of BEGIN all but the type. What is left when these are set to nothing is
// what the key must vouch for.

enum class LeadsTo { kData, kMetadata };

void erase_uncovered(objset::Entry& entry, LeadsTo leads_to) {
  entry.birth = {};
  entry.checksum_type = 0;
  entry.dedup_capable = false;
  entry.key = {};
  if (leads_to == LeadsTo::kData) return;
  entry.logical_size = 0;
  entry.compression = 0;
  entry.byte_order = Endian::kLittle;
  entry.sealing = {};
}

void erase_uncovered(std::vector<objset::Entry>& entries, LeadsTo leads_to) {
  for (objset::Entry& entry : entries) erase_uncovered(entry, leads_to);
}

LeadsTo leads_to(const objset::Geometry& geometry) {
  return geometry.levels > 1 ? LeadsTo::kMetadata : LeadsTo::kData;
}

struct Covered {
  std::vector<objset::Entry> entries;
  objset::DnodeBlock dnodes;
  Bytes bytes;
  std::vector<std::uint64_t> numbers;

  bool operator==(const Covered&) const = default;
};

Covered covered_of(const objset::ObjectSet& set) {
  Covered covered;
  covered.entries = set.pointers;
  erase_uncovered(covered.entries, LeadsTo::kMetadata);
  const auto payload = stream::decode_nvlist(set.begin_payload);
  const auto* keydata = payload.list.get_nvlist(stream::begin_key::kCryptKeydata);
  if (keydata == nullptr || keydata->get_u8_array("portable_mac") == nullptr) return covered;
  covered.bytes = *keydata->get_u8_array("portable_mac");
  covered.numbers = {set.begin.type,
                     set.geometry.levels,
                     set.geometry.pointers,
                     set.geometry.indirect_shift,
                     set.max_block,
                     keydata->get_u64("mdn_checksum").value_or(0),
                     keydata->get_u64("mdn_compress").value_or(0)};
  return covered;
}

/// Nothing if the block cannot even be read as what it is.
std::optional<Covered> covered_of(const Forger::Block& block) {
  try {
    Covered covered;
    switch (block.what) {
      case Forger::What::kObjectSet:
        return covered_of(objset::decode_object_set(block.bytes));
      case Forger::What::kNode:
        covered.entries = objset::decode_entries(block.bytes, block.entries).entries;
        erase_uncovered(covered.entries, block.leads_to_data ? LeadsTo::kData : LeadsTo::kMetadata);
        return covered;
      case Forger::What::kDnodes:
        covered.dnodes = objset::decode_dnode_block(block.bytes);
        for (auto& [slot, dnode] : covered.dnodes) {
          erase_uncovered(dnode.pointers, leads_to(dnode.geometry));
          erase_uncovered(dnode.spill, LeadsTo::kData);
        }
        return covered;
      case Forger::What::kData:
        covered.bytes = block.bytes;
        return covered;
    }
  } catch (const Error&) {
  }
  return std::nullopt;
}

/// A small volume with its key.
class Target {
 public:
  Target() {
    const auto& all = sealift::test::reference_streams();
    const auto stream = std::find_if(all.begin(), all.end(), [](const auto& each) {
      return each.file == "2.1.11/enc-vol-16k/s1.zfs";
    });
    world_.receive(*stream, "tank/sealed");
    key_.emplace(world_.open("tank/sealed", stream->key));
    root_ = world_.snapshot("tank/sealed", "s1").objset;
    Forger(world_.vault(), [&](Forger::Block block) { kinds_.push_back(block.what); }).forge(root_);
  }

  /// By number, in the order in which the forger comes to them.
  const std::vector<Forger::What>& blocks() const { return kinds_; }

  /// True if the verifier finds that block `number` was changed by `change`.
  bool is_found(std::size_t number, const Forger::Change& change) {
    std::size_t at = 0;
    Forger forger(world_.vault(), [&](Forger::Block block) {
      if (at++ == number) change(block);
    });
    return faults_of(forger.forge(root_)) != 0;
  }
  std::uint64_t faults_of(const vault::BlockPointer& root) {
    std::uint64_t faults = 0;
    Verifier verifier(world_.vault(), &*key_, Depth::kBlocks, [&](const Fault&) { ++faults; });
    try {
      verifier.verify(objset::read_object_set(world_.vault(), root));
    } catch (const Error& error) {
      REQUIRE(error.kind() == ErrorKind::kDamaged);
      ++faults;
    }
    return faults;
  }
  const vault::BlockPointer& root() const { return root_; }

 private:
  KeyWorld world_;
  std::optional<MasterKey> key_;
  vault::BlockPointer root_;
  std::vector<Forger::What> kinds_;
};

}  // namespace

TEST_CASE("a forger's copy that changes nothing is proved") {
  Target target;
  CHECK(target.faults_of(target.root()) == 0);
  CHECK_FALSE(target.is_found(0, [](Forger::Block) {}));
}

TEST_CASE("flipped bits are found with the key though every checksum is right again") {
  Target target;
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::map<Forger::What, int> found;
  for (int flip = 0; flip < 600; ++flip) {
    // Metadata are few and carry all the rest: as many flips as there are blocks of data.
    std::size_t number = random() % target.blocks().size();
    if (flip % 2) {
      while (target.blocks()[number] == Forger::What::kData)
        number = random() % target.blocks().size();
    }
    const std::uint64_t where = random();
    bool is_covered = false;
    const bool is_found = target.is_found(number, [&](Forger::Block block) {
      const auto before = covered_of(block);
      const std::uint64_t bit = where % (block.bytes.size() * 8);
      block.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      is_covered = covered_of(block) != before;
    });
    INFO("block " << number << ", random number " << where);
    CHECK((is_found || !is_covered));
    if (is_found) ++found[target.blocks()[number]];
  }
  CHECK(found[Forger::What::kData] > 200);
  CHECK(found[Forger::What::kNode] > 10);
  CHECK(found[Forger::What::kDnodes] > 2);
}

TEST_CASE("blocks that are exchanged or left out are found with the key") {
  Target target;
  const auto edit = GENERATE(as<std::string>(), "exchanged", "left out");
  const auto node = std::find(target.blocks().begin(), target.blocks().end(), Forger::What::kNode);
  REQUIRE(node != target.blocks().end());
  const auto number = static_cast<std::size_t>(node - target.blocks().begin());
  CHECK(target.is_found(number, [&](Forger::Block block) {
    auto entries = objset::decode_entries(block.bytes, block.entries).entries;
    std::vector<objset::Entry*> blocks;
    for (objset::Entry& entry : entries)
      if (entry.kind == objset::EntryKind::kBlock) blocks.push_back(&entry);
    REQUIRE(blocks.size() > 1);
    if (edit == "exchanged") {
      std::swap(*blocks[0], *blocks[1]);
    } else {
      *blocks[0] = objset::Entry::hole(blocks[0]->birth);
    }
    block.bytes.clear();
    objset::encode_entries(entries, block.bytes);
  }));
}
