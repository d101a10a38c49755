// SPDX-License-Identifier: Apache-2.0
// Blocks above 128 KiB in streams without large blocks: cut into pieces by the sender. That such
// streams come back as they were is identity_test's; here is what follows them.
#include "replicate/edited_stream.h"
#include "replicate/receive_world.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr const char* kCut = "2.1.11/odd.none/";
constexpr const char* kWhole = "2.1.11/odd.Lec/";
const std::string kName = "tank/odd";

/// All but BEGIN, whose feature flags differ, and the checksums, which hold it.
std::vector<std::pair<stream::Record, Bytes>> records_of(const Bytes& bytes) {
  std::vector<std::pair<stream::Record, Bytes>> all;
  stream::Reader reader{ByteView(bytes)};
  while (const stream::Reader::Item* item = reader.next())
    if (!std::holds_alternative<stream::Begin>(item->record) &&
        !std::holds_alternative<stream::End>(item->record))
      all.emplace_back(item->record, Bytes(item->payload.begin(), item->payload.end()));
  return all;
}

TEST_CASE("a file that came in pieces keeps them when later streams have large blocks") {
  ReceiveWorld world;
  world.receive(reference(std::string(kCut) + "s1.zfs"));
  world.receive(reference(std::string(kWhole) + "s1-s2.zfs"));
  world.receive(reference(std::string(kWhole) + "s2-s3.zfs"));
  CHECK(records_of(world.send(kName + "@s3")) ==
        records_of(reference(std::string(kCut) + "s3.zfs")));
}

TEST_CASE("another file under the number of one that came in pieces is another file") {
  ReceiveWorld world;
  world.receive(reference(std::string(kCut) + "s1.zfs"));
  // The generation is the third attribute behind a header of 8 bytes.
  const Bytes other = edited(
      reference(std::string(kWhole) + "s1-s2.zfs"), [](stream::Record& record, Bytes& bonus) {
        const auto* object = std::get_if<stream::Object>(&record);
        if (object != nullptr && object->type == 19 && object->block_size > 128U << 10)
          bonus.at(8 + 16) ^= 1;
      });
  world.receive(other);
  const auto is_whole = [](const auto& each) {
    const auto* object = std::get_if<stream::Object>(&each.first);
    return object != nullptr && object->type == 19 && object->block_size > 128U << 10;
  };
  const auto sent = records_of(world.send(kName + "@s2"));
  CHECK(std::count_if(sent.begin(), sent.end(), is_whole) == 2);
}

TEST_CASE("a compressed block cannot be cut here") {
  ReceiveWorld world;
  world.receive(reference(std::string(kCut) + "s1.zfs"));
  const auto before = world.files();
  const Bytes packed = edited(reference(std::string(kWhole) + "s1-s2.zfs"),
                              [](stream::Record& record, Bytes& payload) {
                                auto* write = std::get_if<stream::Write>(&record);
                                if (write == nullptr || write->logical_size <= 128U << 10) return;
                                payload.resize(4096);
                                write->compression = 15;
                                write->compressed_size = payload.size();
                              });
  CHECK_THAT(world.try_receive(packed), ContainsSubstring("came in pieces of 131072 bytes"));
  CHECK_THAT(world.last_hint(), ContainsSubstring("without -L as before"));
  CHECK(world.last_kind() == ErrorKind::kRefused);
  CHECK(world.files() == before);
}

TEST_CASE("an end that no block can have is refused") {
  ReceiveWorld world;
  const auto with_end = [](std::uint64_t end) {
    return edited(reference(std::string(kCut) + "s1.zfs"), [&](stream::Record& record, Bytes&) {
      auto* free = std::get_if<stream::Free>(&record);
      if (free != nullptr && free->offset == 140288 && free->length == stream::kToEnd)
        free->offset = end;
    });
  };
  CHECK_THAT(world.try_receive(with_end(140289)), ContainsSubstring("not at a border"));
  CHECK_THAT(world.try_receive(with_end((16U << 20) + 512)), ContainsSubstring("not at a border"));
  CHECK_THAT(world.try_receive(with_end(140288 + 512)), ContainsSubstring("block size or type"));
}

}  // namespace
}  // namespace sealift::replicate::test
