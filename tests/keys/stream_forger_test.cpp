// SPDX-License-Identifier: Apache-2.0
// Who alters a stream on its way and makes all its checksums right again is found with the key.
#include <algorithm>
#include <random>

#include "keys/key_world.h"
#include "keys/verifier.h"
#include "replicate/edited_stream.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::KeyWorld;
using replicate::test::Kept;
using replicate::test::places_of;
using replicate::test::Records;
using replicate::test::records_of;
using replicate::test::stream_of;

namespace {

/// How it was found out.
enum class Found { kRefused, kByKey, kNot };

Found found(const Bytes& forged, const std::string& key) {
  KeyWorld world;
  const auto record = std::get<stream::Begin>(records_of(forged).front().record);
  try {
    world.receive_bytes(forged, "tank/forged");
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kDamaged || error.kind() == ErrorKind::kRefused
               ? Found::kRefused
               : Found::kNot;
  }
  const MasterKey master = world.open("tank/forged", key);
  const std::string snapshot = record.to_name.substr(record.to_name.find('@') + 1);
  const auto set =
      objset::read_object_set(world.vault(), world.snapshot("tank/forged", snapshot).objset);
  Verifier verifier(world.vault(), &master, Depth::kBlocks, [](const Fault&) {});
  return verifier.verify(set).faults == 0 ? Found::kNot : Found::kByKey;
}

/// A forger: false where there is nothing to forge.
class Forgery {
 public:
  Forgery(Records& records, Records later, std::mt19937& random)
      : records_(records), later_(std::move(later)), random_(random) {
    writes_ = places_of<stream::Write>(records);
    objects_ = places_of<stream::Object>(records);
  }

  bool leave_out() {
    records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(any(writes_)));
    return true;
  }
  bool flip_block() { return flip(records_[any(writes_)].payload); }
  bool flip_bonus() { return flip(records_[any(objects_)].payload); }
  bool exchange() {
    std::vector<std::pair<std::size_t, std::size_t>> alike;
    for (const std::size_t a : writes_)
      for (const std::size_t b : writes_)
        if (a < b && are_exchangeable(records_[a].payload, records_[b].payload))
          alike.emplace_back(a, b);
    if (alike.empty()) return false;
    const auto [first, second] = alike[random_() % alike.size()];
    Kept &a = records_[first], &b = records_[second];
    std::swap(a.payload, b.payload);
    std::swap(write_of(a).sealing, write_of(b).sealing);
    return true;
  }
  /// At least the last block is lost: records behind that may have nothing to say.
  bool cut() {
    const std::size_t kept = writes_.front() + random_() % (writes_.back() - writes_.front() + 1);
    records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(kept), records_.end() - 1);
    return true;
  }
  /// A block of a later snapshot: sealed with the same key.
  bool splice() {
    Kept& place = records_[any(writes_)];
    const Kept& alien = later_[any(places_of<stream::Write>(later_))];
    stream::Write spliced = std::get<stream::Write>(alien.record);
    const stream::Write& wanted = write_of(place);
    spliced.object = wanted.object;
    spliced.offset = wanted.offset;
    spliced.to_guid = wanted.to_guid;
    place = {spliced, alien.payload};
    return true;
  }

 private:
  static bool are_exchangeable(ByteView a, ByteView b) {
    return a.size() == b.size() && !std::equal(a.begin(), a.end(), b.begin());
  }
  static stream::Write& write_of(Kept& kept) { return std::get<stream::Write>(kept.record); }
  std::size_t any(const std::vector<std::size_t>& places) {
    return places[random_() % places.size()];
  }
  bool flip(Bytes& payload) {
    if (payload.empty()) return false;
    payload[random_() % payload.size()] ^= static_cast<std::uint8_t>(1U << random_() % 8);
    return true;
  }

  Records& records_;
  Records later_;
  std::mt19937& random_;
  std::vector<std::size_t> writes_;
  std::vector<std::size_t> objects_;
};

}  // namespace

TEST_CASE("invariant 31: reordered, spliced, cut and substituted records are found with the key") {
  struct Kind {
    const char* name;
    bool (Forgery::*forge)();
  };
  const Kind kinds[] = {{"a write is left out", &Forgery::leave_out},
                        {"a bit of a block is flipped", &Forgery::flip_block},
                        {"a bit of a bonus is flipped", &Forgery::flip_bonus},
                        {"two blocks change places", &Forgery::exchange},
                        {"it ends early", &Forgery::cut},
                        {"a block of a later snapshot is spliced in", &Forgery::splice}};
  const std::uint32_t seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const char* suite : {"aes-256-gcm", "aes-256-ccm"}) {
    CAPTURE(suite);
    const std::string folder = std::string("2.1.11/") + suite + '/';
    const Records good = records_of(replicate::test::reference(folder + "s1.zfs"));
    const Records later = records_of(replicate::test::reference(folder + "s1-s2.zfs"));
    REQUIRE(found(stream_of(good), "raw") == Found::kNot);
    for (const Kind& kind : kinds) {
      CAPTURE(kind.name);
      int forged = 0;
      for (int round = 0; round < 8; ++round) {
        Records records = good;
        Forgery forgery(records, later, random);
        if (!(forgery.*kind.forge)()) continue;
        CHECK(found(stream_of(records), "raw") != Found::kNot);
        ++forged;
      }
      CHECK(forged > 0);
    }
  }
}
