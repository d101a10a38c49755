// SPDX-License-Identifier: Apache-2.0
#include "catalog/record_codec.h"

#include <sealift/error.h>

#include "support/catch.h"

namespace sealift::catalog {
namespace {

DatasetRecord some_dataset() {
  DatasetRecord dataset;
  dataset.parent.value = 1;
  dataset.name = "enc";
  dataset.type = DatasetType::kVolume;
  dataset.is_incomplete = true;
  dataset.guid = 0x1122334455667788;
  dataset.creation_seconds = -5;
  dataset.createtxg.value = 7;
  dataset.origin = {DatasetId{3}, Birth{9}};
  dataset.next_birth.value = 12;
  dataset.head = {{1, 2, 3, {4}}, Birth{11}, 100, 200};
  dataset.key = KeyRecord{8, 99, 1, WrappingId{0xabc}, DatasetId{2}};
  dataset.used_by_dataset_bytes = 1;
  dataset.used_by_snapshots_bytes = 2;
  dataset.used_by_children_bytes = 3;
  dataset.snapshot_count = 4;
  return dataset;
}

SnapshotRecord some_snapshot() {
  SnapshotRecord snapshot;
  snapshot.name = "s1";
  snapshot.guid = 5;
  snapshot.ivset_guid = 6;
  snapshot.creation_seconds = 1700000000;
  snapshot.createtxg.value = 8;
  snapshot.objset = {1, 4096, 512, {1, 2, 3}};
  snapshot.referenced_bytes = 10;
  snapshot.flags = kIsRaw | kHasLargeBlocks;
  snapshot.wrapping.value = 77;
  snapshot.proof = Proof::kProven;
  snapshot.hold_count = 1;
  snapshot.redaction = {{1, 2, 3}};
  return snapshot;
}

Wrapping some_wrapping() {
  Wrapping wrapping;
  wrapping.suite = 8;
  wrapping.key_guid = 42;
  wrapping.version = 1;
  wrapping.master_key[0] = 1;
  wrapping.iv[11] = 2;
  wrapping.key_format = 3;
  wrapping.pbkdf2_iters = 350000;
  wrapping.from = "tank/enc@s1";
  wrapping.arrived_seconds = 1;
  return wrapping;
}

PartialReceive some_partial() {
  return {1, 2, "tank/a@s2", {DatasetId{1}, Birth{2}}, Birth{3}, {1, 2, 3, {}}, 4, "1-ab", "x\0y"};
}

template <class Record, class Decode>
void check_codec(const Record& record, Decode decode) {
  const std::string bytes = encode(record);
  CHECK(decode(bytes) == record);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(decode(bytes.substr(0, length)), Error);
  }
  CHECK_THROWS_AS(decode(bytes + '\0'), Error);
  std::string other_kind = bytes;
  other_kind[0] = 'z';
  CHECK_THROWS_AS(decode(other_kind), Error);
}

TEST_CASE("a record comes back as it was, and is refused cut short, too long or of another kind") {
  check_codec(CatalogHeader{DatasetId{1}, DatasetId{9}}, decode_header);
  check_codec(some_dataset(), decode_dataset);
  check_codec(DatasetRecord{}, decode_dataset);
  check_codec(some_snapshot(), decode_snapshot);
  check_codec(SnapshotRecord{}, decode_snapshot);
  check_codec(BookmarkRecord{"", 1, 2, Birth{3}, Txg{4}, 5, 6, {{7}}}, decode_bookmark);
  check_codec(HoldRecord{"", 5}, decode_hold);
  check_codec(some_partial(), decode_partial);
  check_codec(some_wrapping(), decode_wrapping);
  check_codec(PropertyRecord{std::uint64_t{15}, "text", true}, decode_property);
  check_codec(PropertyRecord{}, decode_property);
}

TEST_CASE("a record of a later version is refused, not guessed at") {
  std::string bytes = encode(some_snapshot());
  bytes[1] = 2;
  try {
    decode_snapshot(bytes);
    FAIL("was read");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kRefused);
  }
}

TEST_CASE("fields that cannot be are damage") {
  std::string dataset = encode(DatasetRecord{});
  dataset[2 + 8 + 2] = 3;  // type
  CHECK_THROWS_AS(decode_dataset(dataset), Error);
  std::string snapshot = encode(SnapshotRecord{});
  snapshot.back() = 2;  // whether it is redacted
  CHECK_THROWS_AS(decode_snapshot(snapshot), Error);
}

TEST_CASE("a snapshot's record is small") {
  CHECK(encode(some_snapshot()).size() < 300);
}

TEST_CASE("a wrapping's id tells what it wraps, not how it came") {
  const Wrapping wrapping = some_wrapping();
  Wrapping came_again = wrapping;
  came_again.from = "b/enc@s2";
  came_again.arrived_seconds = 2;
  CHECK(came_again.id() == wrapping.id());
  Wrapping rewrapped = wrapping;
  rewrapped.pbkdf2_salt = 1;
  CHECK(rewrapped.id() != wrapping.id());
  CHECK(parse_wrapping_id(to_text(wrapping.id())) == wrapping.id());
  CHECK_FALSE(parse_wrapping_id("12"));
  CHECK_FALSE(parse_wrapping_id("000000000000000g"));
}

}  // namespace
}  // namespace sealift::catalog
