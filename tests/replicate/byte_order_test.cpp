// SPDX-License-Identifier: Apache-2.0
// Streams of big-endian hosts. A sender keeps the byte order in which a snapshot arrived.
#include <sealift/stream.h>

#include "replicate/receive_world.h"
#include "stream/record_codec.h"
#include "support/catch.h"
#include "support/swapped_stream.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using sealift::test::in_byte_order;

const std::string kVolume = "tank/enc-vol-16k";

Bytes big(const std::string& file) {
  return in_byte_order(reference(file), Endian::kBig);
}
Bytes little_volume(const std::string& name) {
  return reference("2.1.11/enc-vol-16k/" + name + ".zfs");
}
Bytes big_volume(const std::string& name) {
  return in_byte_order(little_volume(name), Endian::kBig);
}

Bytes send_between(ReceiveWorld& world, const std::string& snapshot, const std::string& from) {
  SendRequest request;
  request.snapshot = snapshot;
  request.from = from;
  request.intermediates = true;
  request.format = {true, true, true, true};
  world.vault().refresh();
  sealift::test::MemorySink sink;
  plan_send(world.vault(), request).run(sink, [](std::size_t) {});
  return sink.bytes();
}

TEST_CASE("a raw chain of a big-endian host comes back to the byte, composed increments too") {
  ReceiveWorld world;
  for (const char* each : {"s1", "s1-s2", "s2-s3", "s3-s4", "s4-s5"})
    world.receive(big_volume(each));
  for (const char* each : {"s1", "s2", "s3", "s4", "s5"})
    CHECK(world.send(kVolume + '@' + each) == big_volume(each));
  CHECK(world.send(kVolume + "@s2", "@s1") == big_volume("s1-s2"));
  CHECK(world.send(kVolume + "@s5", "@s1") == big_volume("s1-s5"));
  CHECK(world.send(kVolume + "@s5", "@s2") == big_volume("s2-s5"));
}

TEST_CASE("a plain chain of a big-endian host comes back to the byte") {
  const std::string folder = "2.1.11/plain-128k.Lec/";
  ReceiveWorld world;
  for (const char* each : {"s1", "s1-s2", "s2-s3"}) world.receive(big(folder + each + ".zfs"));
  for (const char* each : {"s1", "s2", "s3"})
    CHECK(world.send(std::string("tank/plain-128k@") + each) == big(folder + each + ".zfs"));
  CHECK(world.send("tank/plain-128k@s3", "@s1") == big(folder + "s1-s3.zfs"));
}

TEST_CASE("streams of big-endian hosts break no rule") {
  for (const char* file : {"2.1.11/enc-vol-16k/s1.zfs", "2.1.11/plain-128k.Lec/s1-s2.zfs",
                           "2.1.11/packages/t-R-s1.zfs"}) {
    INFO(file);
    const stream::StreamSummary summary = stream::verify(ByteView(big(file)));
    CHECK(summary.big_endian);
    CHECK(summary.bytes == reference(file).size());
  }
}

TEST_CASE("a package of a big-endian host is received, and its streams come back to the byte") {
  ReceiveWorld world;
  world.receive(big("2.1.11/packages/t-R-s1.zfs"));
  world.receive(big("2.1.11/packages/t-I-s1-s2.zfs"));
  CHECK(send_between(world, "tank/t/a@s2", "@s1") == big("2.1.11/packages/t-I-s1-s2.zfs"));
}

TEST_CASE("substreams of one package may have been made on different hosts") {
  ReceiveWorld world;
  world.receive(little_volume("s1"));
  world.receive(big_volume("s1-s2"));
  world.receive(little_volume("s2-s3"));
  const Bytes package = send_between(world, kVolume + "@s3", "@s1");
  const stream::StreamSummary summary = stream::verify(ByteView(package));
  CHECK(summary.substreams.size() == 2);
  CHECK_FALSE(summary.big_endian);
  ReceiveWorld other;
  other.receive(little_volume("s1"));
  other.receive(package);
  CHECK(send_between(other, kVolume + "@s3", "@s1") == package);
  // Blocks of the other order bear a flag; what came as it is goes as it came.
  CHECK(other.send(kVolume + "@s3") == world.send(kVolume + "@s3"));
}

TEST_CASE("plain streams of both byte orders cannot follow one another") {
  ReceiveWorld world;
  world.receive(reference("2.1.11/plain-128k.Lec/s1.zfs"));
  const auto before = world.files();
  CHECK_THAT(world.try_receive(big("2.1.11/plain-128k.Lec/s1-s2.zfs")),
             ContainsSubstring("the other byte order cannot follow"));
  CHECK(world.last_kind() == ErrorKind::kRefused);
  CHECK(world.files() == before);
}

}  // namespace
}  // namespace sealift::replicate::test
