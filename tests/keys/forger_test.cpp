// SPDX-License-Identifier: Apache-2.0
// Who can write to a vault and makes every checksum right again is found with the key: every bit of
// the metadata and of a block, and every block that is exchanged, replayed, dropped or moved.
#include "keys/forger.h"

#include <optional>
#include <random>

#include "keys/sealed_world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::Forger;
using keys::test::kSuites;
using keys::test::SealedWorld;

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
  entry.sealing = {};  // a kept MAC is looked at, and is a shortcut only
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
        covered.entries = objset::decode_node(block.bytes, block.geometry);
        erase_uncovered(covered.entries,
                        block.leads_to_data() ? LeadsTo::kData : LeadsTo::kMetadata);
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

/// A forger at work on a small file system.
class Target {
 public:
  explicit Target(std::uint64_t suite)
      : world_(suite, vault::ChecksumKind::kFletcher4),
        forger_(world_.vault(), world_.now()),
        known_(objset::read_object_set(world_.vault(), world_.now())) {
    REQUIRE_FALSE(world_.fault_of(world_.now()));
    REQUIRE_FALSE(world_.fault_of(world_.then()));
  }

  SealedWorld& world() { return world_; }
  const std::vector<Forger::Block>& blocks() const { return forger_.blocks(); }
  std::vector<std::size_t> numbers_of(Forger::What what) const {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < blocks().size(); ++i)
      if (blocks()[i].what == what) numbers.push_back(i);
    return numbers;
  }

  /// Whether all is read, or only what differs from the snapshot that was not forged.
  enum class Reading { kAll, kChanged };
  std::optional<Fault> fault_of(std::size_t number, const Forger::Change& change,
                                Reading reading = Reading::kAll) {
    std::optional<Fault> fault;
    forger_.forge(number, change, [&](const vault::BlockPointer& root) {
      fault = world_.fault_of(root, reading == Reading::kAll ? nullptr : &known_);
    });
    return fault;
  }

  /// Flips one bit. False if the key should have shown it, and did not.
  bool is_safe(std::size_t number, std::uint64_t bit, Reading reading) {
    bool is_covered = false;
    const auto fault = fault_of(
        number,
        [&](Forger::Block& block) {
          const auto before = covered_of(block);
          block.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
          is_covered = covered_of(block) != before;
        },
        reading);
    found_ += fault.has_value();
    covered_ += is_covered;
    return fault.has_value() || !is_covered;
  }
  std::uint64_t found() const { return found_; }
  std::uint64_t covered() const { return covered_; }

 private:
  SealedWorld world_;
  Forger forger_;
  objset::ObjectSet known_;
  std::uint64_t found_ = 0;
  std::uint64_t covered_ = 0;
};

using Reading = Target::Reading;

/// Every `step`th bit of all metadata and of the first block of data, from `first` on.
void flip_bits(std::uint64_t suite, std::uint64_t first, std::uint64_t step) {
  Target target(suite);
  const std::size_t data = target.numbers_of(Forger::What::kData).front();
  std::uint64_t flips = 0;
  std::uint64_t bit = first;
  for (std::size_t number = 0; number < target.blocks().size(); ++number) {
    const Forger::Block& block = target.blocks()[number];
    if (block.what == Forger::What::kData && number != data) continue;
    for (; bit < block.bytes.size() * 8; bit += step, ++flips) {
      if (target.is_safe(number, bit, Reading::kChanged)) continue;
      FAIL_CHECK("suite " << suite << ", block " << number << ", bit " << bit << " escapes");
    }
    bit -= block.bytes.size() * 8;
  }
  CHECK(flips > 40'000 / step);
  CHECK(target.covered() > flips / 2);
  CHECK(target.found() >= target.covered());
}

using Entries = std::vector<objset::Entry>;

/// An edit of a node's entries; false if it changes nothing.
template <class Edit>
Forger::Change of_entries(Edit edit) {
  return [edit](Forger::Block& block) {
    Entries entries = objset::decode_node(block.bytes, block.geometry);
    edit(entries);
    block.bytes.clear();
    objset::encode_entries(entries, block.bytes);
  };
}
template <class Edit>
Forger::Change of_dnodes(Edit edit) {
  return [edit](Forger::Block& block) {
    objset::DnodeBlock dnodes = objset::decode_dnode_block(block.bytes);
    edit(dnodes);
    block.bytes = objset::encode_dnode_block(dnodes);
  };
}
template <class Edit>
Forger::Change of_object_set(Edit edit) {
  return [edit](Forger::Block& block) {
    objset::ObjectSet set = objset::decode_object_set(block.bytes);
    edit(set);
    block.bytes = objset::encode_object_set(set);
  };
}

bool is_block(const objset::Entry& entry) {
  return entry.kind == objset::EntryKind::kBlock;
}

}  // namespace

TEST_CASE("Every bit of all metadata and of a block, flipped by a forger, is found with the key") {
  flip_bits(8, 0, 1);
}

TEST_CASE("Bits that a forger flips are found with the key, whatever the suite") {
  const std::uint64_t suite = GENERATE(from_range(std::begin(kSuites), std::end(kSuites)));
  const std::uint64_t first = std::random_device{}() % 64;
  INFO("from bit " << first);
  flip_bits(suite, first, 64);
}

// Hidden, for it takes minutes: the test keys/long runs it, which ctest -LE long leaves out. The
// sampled bits above stand for it everywhere else.
TEST_CASE("Every bit, whatever the suite", "[.][long]") {
  const std::uint64_t suite = GENERATE(from_range(std::begin(kSuites), std::end(kSuites)));
  flip_bits(suite, 0, 1);
}

TEST_CASE("What is found by what changed is found by reading all, and the other way round") {
  Target target(GENERATE(3U, 8U));
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int flip = 0; flip < 500; ++flip) {
    const std::size_t number = random() % target.blocks().size();
    const std::uint64_t bit = random() % (target.blocks()[number].bytes.size() * 8);
    const auto change = [&](Forger::Block& block) {
      block.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    };
    INFO("block " << number << ", bit " << bit);
    CHECK(target.fault_of(number, change, Reading::kAll).has_value() ==
          target.fault_of(number, change, Reading::kChanged).has_value());
  }
}

TEST_CASE("A flipped block of data is named with object and offset") {
  Target target(8);
  const auto flip = [](Forger::Block& block) { block.bytes.front() ^= 1; };
  std::vector<std::string> named;
  for (const std::size_t number : target.numbers_of(Forger::What::kData))
    named.push_back(describe(target.fault_of(number, flip).value()));
  std::vector<std::string> expected;
  const std::string what = ": the block is not what was sealed with this key";
  for (int offset : {0, 512})
    expected.push_back(fmt::format("object 1, offset {}{}", offset, what));
  for (std::uint64_t block = 0; block < 35; ++block)
    if (block % 3 == 0 || block > 32)
      expected.push_back(fmt::format("object 2, offset {}{}", block * 512, what));
  expected.push_back("object 4, offset 0" + what);
  expected.push_back("object 4, spill block" + what);
  expected.push_back("object 6, offset 0" + what);
  expected.push_back("object 40, offset 0" + what);
  CHECK(named == expected);
}

TEST_CASE("Entries exchanged, dropped, doubled or moved are found") {
  Target target(GENERATE(from_range(std::begin(kSuites), std::end(kSuites))));
  for (const std::size_t number : target.numbers_of(Forger::What::kNode)) {
    const Forger::Block& node = target.blocks()[number];
    const Entries entries = objset::decode_node(node.bytes, node.geometry);
    for (std::size_t a = 0; a < entries.size(); ++a) {
      if (!is_block(entries[a])) continue;
      INFO("block " << number << ", entry " << a);
      CHECK(target.fault_of(
          number, of_entries([&](Entries& all) { all[a] = objset::Entry::hole(all[a].birth); })));
      for (std::size_t b = 0; b < entries.size(); ++b) {
        if (a == b) continue;
        INFO("entry " << b);
        CHECK(target.fault_of(number, of_entries([&](Entries& all) { all[b] = all[a]; }),
                              Reading::kChanged));
        CHECK(target.fault_of(number, of_entries([&](Entries& all) { std::swap(all[a], all[b]); }),
                              Reading::kChanged));
      }
    }
    CHECK(target.fault_of(number, of_entries([](Entries& all) {
                            std::rotate(all.begin(), all.begin() + 1, all.end());
                          })));
  }
}

TEST_CASE("The bytes of one block in another's place are found") {
  Target target(GENERATE(from_range(std::begin(kSuites), std::end(kSuites))));
  const auto data = target.numbers_of(Forger::What::kData);
  for (const std::size_t a : data)
    for (const std::size_t b : data)
      if (a != b)
        CHECK(target.fault_of(
            a, [&](Forger::Block& block) { block.bytes = target.blocks()[b].bytes; },
            Reading::kChanged));
}

TEST_CASE("A block of an earlier snapshot, with all that belongs to it, is found at any level") {
  Target target(GENERATE(from_range(std::begin(kSuites), std::end(kSuites))));
  const Forger then(target.world().vault(), target.world().then());
  REQUIRE(then.blocks().size() == target.blocks().size());
  for (std::size_t number = 0; number < target.blocks().size(); ++number) {
    const Forger::Block& old = then.blocks()[number];
    INFO("block " << number);
    CHECK((old.what == Forger::What::kObjectSet ||
           target.fault_of(number, [&](Forger::Block& block) { block.bytes = old.bytes; })));
    if (old.what == Forger::What::kNode) {
      const Entries before = objset::decode_node(old.bytes, old.geometry);
      for (std::size_t i = 0; i < before.size(); ++i)
        if (is_block(before[i]))
          CHECK(target.fault_of(number, of_entries([&](Entries& all) { all[i] = before[i]; })));
    } else if (old.what == Forger::What::kDnodes) {
      for (const auto& [slot, dnode] : objset::decode_dnode_block(old.bytes)) {
        const auto replay = [&, slot = slot, &dnode = dnode](objset::DnodeBlock& all) {
          all[slot] = dnode;
        };
        CHECK(target.fault_of(number, of_dnodes(replay)));
      }
    } else if (old.what == Forger::What::kObjectSet) {
      const objset::ObjectSet set = objset::decode_object_set(old.bytes);
      CHECK(
          target.fault_of(number, of_object_set([&](auto& now) { now.pointers = set.pointers; })));
      CHECK(target.fault_of(
          number, of_object_set([&](auto& now) { now.begin_payload = set.begin_payload; })));
    }
  }
}

TEST_CASE("Objects exchanged, dropped or doubled are found") {
  Target target(GENERATE(from_range(std::begin(kSuites), std::end(kSuites))));
  for (const std::size_t number : target.numbers_of(Forger::What::kDnodes)) {
    const objset::DnodeBlock dnodes = objset::decode_dnode_block(target.blocks()[number].bytes);
    for (const auto& first : dnodes) {
      const std::uint32_t a = first.first;
      INFO("block " << number << ", slot " << a);
      CHECK(target.fault_of(number, of_dnodes([&](auto& all) { all.erase(a); })));
      CHECK(target.fault_of(number, of_dnodes([&](auto& all) { all.emplace(20, all.at(a)); })));
      for (const auto& second : dnodes)
        if (a < second.first)
          CHECK(target.fault_of(
              number, of_dnodes([&](auto& all) { std::swap(all.at(a), all.at(second.first)); })));
    }
  }
}

TEST_CASE("Another geometry is found") {
  Target target(GENERATE(from_range(std::begin(kSuites), std::end(kSuites))));
  using objset::Dnode;
  const std::vector<std::function<void(Dnode&)>> edits = {
      [](Dnode& dnode) { ++dnode.geometry.levels; },
      [](Dnode& dnode) { --dnode.geometry.levels; },
      [](Dnode& dnode) { ++dnode.geometry.indirect_shift; },
      [](Dnode& dnode) {
        ++dnode.geometry.pointers;
        dnode.pointers.emplace_back();
      },
      [](Dnode& dnode) {
        --dnode.geometry.pointers;
        dnode.pointers.pop_back();
      },
      [](Dnode& dnode) { std::reverse(dnode.pointers.begin(), dnode.pointers.end()); },
      [](Dnode& dnode) { dnode.block_size *= 2; },
      [](Dnode& dnode) { ++dnode.max_block; },
      [](Dnode& dnode) { --dnode.max_block; },
      [](Dnode& dnode) { dnode.bonus_length ^= 8; },
      [](Dnode& dnode) { dnode.type ^= 1; },
      [](Dnode& dnode) { dnode.bonus_type ^= 1; },
      [](Dnode& dnode) { ++dnode.slots; },
      [](Dnode& dnode) { dnode.checksum_type ^= 1; },
      [](Dnode& dnode) { dnode.compress ^= 1; },
      [](Dnode& dnode) { dnode.has_spill = !dnode.has_spill; },
      [](Dnode& dnode) { dnode.bonus.assign(dnode.bonus.size(), 0); },
  };
  for (const std::size_t number : target.numbers_of(Forger::What::kDnodes)) {
    const objset::DnodeBlock dnodes = objset::decode_dnode_block(target.blocks()[number].bytes);
    for (const auto& [slot, dnode] : dnodes) {
      for (std::size_t i = 0; i < edits.size(); ++i) {
        Dnode changed = dnode;
        edits[i](changed);
        if (changed == dnode) continue;
        INFO("block " << number << ", slot " << slot << ", edit " << i);
        CHECK(target.fault_of(number, of_dnodes([&, at = slot](auto& all) { all[at] = changed; })));
      }
    }
  }
  const std::size_t root = target.blocks().size() - 1;
  CHECK(target.fault_of(root, of_object_set([](auto& set) { ++set.geometry.levels; })));
  CHECK(target.fault_of(root, of_object_set([](auto& set) { --set.geometry.levels; })));
  CHECK(target.fault_of(root, of_object_set([](auto& set) { ++set.geometry.indirect_shift; })));
  CHECK(target.fault_of(root, of_object_set([](auto& set) { ++set.max_block; })));
  CHECK(target.fault_of(root, of_object_set([](auto& set) { set.begin.type ^= 1; })));
  CHECK(target.fault_of(root, of_object_set([](auto& set) {
                          std::reverse(set.pointers.begin(), set.pointers.end());
                        })));
}
