// SPDX-License-Identifier: Apache-2.0
// What real ZFS sent comes out of a vault as it went in.
#include <set>

#include "catalog/name.h"
#include "replicate/receive_world.h"
#include "stream/reader.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using sealift::test::ReferenceStream;

/// The streams of one folder: one dataset's history.
using Chain = std::vector<ReferenceStream>;

std::map<std::string, Chain> chains() {
  std::map<std::string, Chain> found;
  for (const ReferenceStream& each : sealift::test::reference_streams())
    if (each.kind == "full" || each.kind == "incr" || each.kind == "bookmark")
      found[each.file.substr(0, each.file.rfind('/'))].push_back(each);
  // Of these two a stream is not the whole history.
  for (auto it = found.begin(); it != found.end();)
    it = it->first.find("packages") != std::string::npos ||
                 it->first.find("resumes") != std::string::npos
             ? found.erase(it)
             : std::next(it);
  return found;
}

const ReferenceStream* find(const Chain& chain, const std::string& kind, const std::string& from,
                            const std::string& to) {
  for (const ReferenceStream& each : chain)
    if (each.kind == kind && each.from == from && each.to == to) return &each;
  return nullptr;
}

std::string dataset_of(const Bytes& stream) {
  stream::Reader reader{ByteView(stream)};
  const std::string name = std::get<stream::Begin>(reader.next()->record).to_name;
  return name.substr(0, name.find('@'));
}

/// Receives the first full stream and the increments from each snapshot to the next.
std::string receive_chain(ReceiveWorld& world, const Chain& chain) {
  std::set<std::string> snapshots;
  for (const ReferenceStream& each : chain) snapshots.insert(each.to);
  std::string last;
  std::string dataset;
  for (const std::string& snapshot : snapshots) {
    const ReferenceStream* next =
        last.empty() ? find(chain, "full", "-", snapshot) : find(chain, "incr", last, snapshot);
    REQUIRE(next != nullptr);
    const Bytes bytes = next->read();
    if (dataset.empty()) dataset = dataset_of(bytes);
    ReceiveRequest request = ReceiveWorld::into(dataset);
    const std::string parent(catalog::parent_of(dataset));
    if (!world.catalog().find(parent))
      create_dataset(world.vault(), parent, {true, {}, {}}, world.moment());
    world.receive(bytes, request);
    last = snapshot;
  }
  return dataset;
}

TEST_CASE("every stream of every chain comes back to the byte") {
  for (const auto& [name, chain] : chains()) {
    INFO(name);
    ReceiveWorld world;
    const std::string dataset = receive_chain(world, chain);
    for (const ReferenceStream& each : chain) {
      INFO(each.file);
      // The reference's bookmarks bear the number of their snapshot: b2 is of s2.
      std::string from = each.kind == "full" ? "" : "@" + each.from;
      if (each.kind == "bookmark") from = "@s" + each.from.substr(each.from.find('b') + 1);
      CHECK(world.send(dataset + '@' + each.to, from) == each.read());
    }
  }
}

}  // namespace
}  // namespace sealift::replicate::test
