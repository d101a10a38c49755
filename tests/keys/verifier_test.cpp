// SPDX-License-Identifier: Apache-2.0
#include "keys/verifier.h"

#include "keys/key_world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys;
using keys::test::KeyWorld;
using sealift::test::ReferenceStream;

namespace {

struct Verified {
  VerifyTotals totals;
  std::vector<std::string> faults;
};

Verified verify(KeyWorld& world, const std::string& dataset, const ReferenceStream& stream) {
  const MasterKey key = world.open(dataset, stream.key);
  const auto record = world.snapshot(dataset, stream.to);
  const auto set = objset::read_object_set(world.vault(), record.objset);
  Verified verified;
  Verifier verifier(world.vault(), &key, Depth::kBlocks,
                    [&](const Fault& fault) { verified.faults.push_back(fault.what); });
  verified.totals = verifier.verify(set);
  return verified;
}

}  // namespace

TEST_CASE("Every encrypted reference snapshot is proved with its key, to the portable MAC") {
  for (const ReferenceStream& stream : sealift::test::reference_streams()) {
    const bool is_alone = stream.kind == "full" || (stream.kind == "incr" && stream.from == "s1");
    if (!stream.is_encrypted() || !is_alone || stream.file.find("packages") != std::string::npos ||
        stream.file.find("resumes") != std::string::npos)
      continue;
    INFO(stream.file);
    KeyWorld world;
    world.receive(stream, "tank/sealed");
    const Verified verified = verify(world, "tank/sealed", stream);
    CHECK(verified.faults == std::vector<std::string>{});
    CHECK(verified.totals.blocks > 0);
  }
}
