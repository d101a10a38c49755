// SPDX-License-Identifier: Apache-2.0
// Streams of zfs send -D, as OpenZFS made them up to 0.8: blocks that came before are named, not
// sent again. What is sent of them is what `zstream redup` makes of them.
#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A block as two files may share it: all of the WRITE but where it belongs.
struct Shared {
  stream::Write write;
  Bytes payload;
  std::uint64_t guid;
};

class Deduplicator {
 public:
  void operator()(stream::Record& record, Bytes& payload) {
    if (auto* begin = std::get_if<stream::Begin>(&record)) {
      begin->version_info |= (stream::feature::kDedup | stream::feature::kDedupProps) << 2;
      return;
    }
    const auto* found = std::get_if<stream::Write>(&record);
    if (found == nullptr) return;
    const stream::Write write = *found;
    for (const Shared& each : seen_) {
      if (each.payload != payload || !is_alike(each.write, write)) continue;
      record = reference_to(each, write);
      payload.clear();
      ++replaced_;
      return;
    }
    seen_.push_back({write, payload, write.to_guid});
  }
  unsigned replaced() const { return replaced_; }

 private:
  static bool is_alike(stream::Write one, const stream::Write& other) {
    one.object = other.object;
    one.offset = other.offset;
    one.to_guid = other.to_guid;
    return one == other;
  }
  static stream::WriteByref reference_to(const Shared& shared, const stream::Write& write) {
    return {
        write.object,        write.offset,        write.logical_size,  write.to_guid, shared.guid,
        shared.write.object, shared.write.offset, write.checksum_type, write.flags,   write.key};
  }

  std::vector<Shared> seen_;
  unsigned replaced_ = 0;
};

const std::string kStreams = "2.1.11/plain-4k.none/";

Bytes deduplicated(const Bytes& bytes, unsigned least) {
  Deduplicator deduplicator;
  const Bytes result = edited(bytes, std::ref(deduplicator));
  CHECK(deduplicator.replaced() >= least);
  CHECK(result.size() < bytes.size());
  return result;
}

TEST_CASE("a deduplicated stream is sent as the one without references") {
  const Bytes full = reference(kStreams + "s1.zfs");
  const Bytes increment = reference(kStreams + "s1-s2.zfs");
  ReceiveWorld world;
  world.receive(deduplicated(full, 10));
  world.receive(deduplicated(increment, 1));
  CHECK(world.send("tank/plain-4k@s1") == full);
  CHECK(world.send("tank/plain-4k@s2", "@s1") == increment);
}

/// Every snapshot of the dataset, in one package.
Bytes send_all(ReceiveWorld& world) {
  SendRequest request;
  request.snapshot = "tank/plain-4k@s2";
  request.replicate = true;
  world.vault().refresh();
  sealift::test::MemorySink sink;
  plan_send(world.vault(), request).run(sink, [](std::size_t) {});
  return sink.bytes();
}

TEST_CASE("references reach back into earlier streams of a package") {
  ReceiveWorld plain;
  plain.receive(reference(kStreams + "s1.zfs"));
  plain.receive(reference(kStreams + "s1-s2.zfs"));
  ReceiveWorld world;
  world.receive(deduplicated(send_all(plain), 79));
  CHECK(world.send("tank/plain-4k@s1") == plain.send("tank/plain-4k@s1"));
  CHECK(world.send("tank/plain-4k@s2") == plain.send("tank/plain-4k@s2"));
  CHECK(world.send("tank/plain-4k@s2", "@s1") == reference(kStreams + "s1-s2.zfs"));
}

TEST_CASE("a reference to nothing is refused and leaves nothing") {
  ReceiveWorld world;
  const Bytes good = deduplicated(reference(kStreams + "s1.zfs"), 10);
  const auto with = [&](const std::function<void(stream::WriteByref&)>& edit) {
    return edited(good, [&](stream::Record& record, Bytes&) {
      if (auto* byref = std::get_if<stream::WriteByref>(&record)) edit(*byref);
    });
  };
  const auto before = world.files();
  CHECK_THAT(world.try_receive(with([](auto& byref) { byref.ref_guid = 1; })),
             ContainsSubstring("which is not here"));
  CHECK_THAT(world.try_receive(with([](auto& byref) { byref.ref_object = 1U << 30; })),
             ContainsSubstring("no block at offset"));
  CHECK_THAT(world.try_receive(with([](auto& byref) { byref.ref_offset += 512; })),
             ContainsSubstring("no block at offset"));
  CHECK_THAT(world.try_receive(with([](auto& byref) { byref.length = 512; })),
             ContainsSubstring("not of its object's block size"));
  CHECK(world.files() == before);
}

}  // namespace
}  // namespace sealift::replicate::test
