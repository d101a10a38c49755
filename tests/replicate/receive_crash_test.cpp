// SPDX-License-Identifier: Apache-2.0
// Whenever the power fails during a receive: the vault opens, and holds the snapshot whole, or not
// at all, or what a resumable receive can go on with.
#include "catalog/initialize.h"
#include "replicate/receive_job.h"
#include "replicate/receive_world.h"
#include "replicate/send_planner.h"
#include "support/catch.h"
#include "support/memory_storage.h"

namespace sealift::replicate::test {
namespace {

using sealift::test::MemorySink;
using sealift::test::MemorySource;
using sealift::test::MemoryStorage;
using sealift::test::PowerFailure;

using StorageRef = std::shared_ptr<MemoryStorage>;

constexpr const char* kFull = "2.1.11/resumes/enc-s1.zfs";
constexpr const char* kIncrement = "2.1.11/resumes/enc-s1-s3.zfs";

std::unique_ptr<vault::Vault> open(const StorageRef& storage) {
  return vault::Vault::open(storage, vault::Access::kWrite, os::system_clock());
}

StorageRef new_vault() {
  const StorageRef storage = sealift::test::new_memory_vault();
  catalog::initialize(*open(storage), {1'700'000'000, 1});
  return storage;
}

enum class Kind { kPlain, kResumable };

void receive(vault::Vault& vault, const Bytes& stream, Kind kind) {
  MemorySource source(stream);
  ReceiveRequest request = ReceiveWorld::into("memory");
  request.resumable = kind == Kind::kResumable;
  const ReceiveObserver observer;
  ReceiveJob job({vault, source, observer, os::system_clock()}, request, {1'700'000'000, 7});
  SavePolicy often;
  often.enabled = request.resumable;
  often.every_bytes = 20'000;
  job.save_as(often);
  job.run();
}

Bytes send(const vault::Vault& vault, const SendRequest& request) {
  MemorySink sink;
  run(make_send_job(vault, request), sink, [](std::size_t) {});
  return sink.bytes();
}

SendRequest increment() {
  SendRequest request;
  request.snapshot = "memory/enc@s3";
  request.from = "@s1";
  request.format.raw = true;
  return request;
}

std::string token(const catalog::Catalog& catalog) {
  const auto partial = catalog.partial(catalog.get("memory/enc").id);
  return partial ? partial->token : std::string();
}

/// What a vault with the whole chain holds.
struct Whole {
  StorageRef base = new_vault();
  StorageRef storage;
  Bytes stream = reference(kIncrement);
  Bytes sent;

  Whole() {
    receive(*open(base), reference(kFull), Kind::kPlain);
    storage = base->copy();
    receive(*open(storage), stream, Kind::kPlain);
    sent = send(*open(storage), increment());
  }
  Bytes rest(const std::string& token) const {
    MemorySink sink;
    const auto vault = open(storage->copy());
    run(make_resumed_job(*vault, token, {true, true, true, true}), sink, [](std::size_t) {});
    return sink.bytes();
  }
};

/// What the power failure left is whole, goes on or begins anew, and comes to the same end.
void check_left(const Whole& whole, const StorageRef& left, Kind kind) {
  const auto vault = open(left);
  const catalog::Catalog catalog = catalog::open_catalog(*vault);
  const catalog::DatasetRecord dataset = catalog.get("memory/enc");
  if (!catalog.find_snapshot(dataset.id, "s3")) {
    REQUIRE(dataset.snapshot_count == 1);
    const std::string from = token(catalog);
    REQUIRE((from.empty() || kind == Kind::kResumable));
    receive(*vault, from.empty() ? whole.stream : whole.rest(from), kind);
  }
  REQUIRE(send(*vault, increment()) == whole.sent);
  REQUIRE(token(catalog::open_catalog(*vault)).empty());
}

TEST_CASE("a power failure at any operation of a receive") {
  const Whole whole;
  const Kind kind = GENERATE(Kind::kPlain, Kind::kResumable);
  const StorageRef counted = whole.base->copy();
  const std::uint64_t first = counted->operations();
  receive(*open(counted), whole.stream, kind);
  const std::uint64_t last = counted->operations();
  REQUIRE(last - first > 3);
  for (std::uint64_t at = first; at < last; ++at) {
    CAPTURE(at);
    const StorageRef storage = whole.base->copy();
    storage->fail_at(at);
    try {
      receive(*open(storage), whole.stream, kind);
    } catch (const PowerFailure&) {
    }
    check_left(whole, storage->after_crash(static_cast<std::uint32_t>(at)), kind);
  }
}

TEST_CASE("a full disk stops a receive, which goes on when there is space") {
  const Whole whole;
  const StorageRef storage = whole.base->copy();
  std::uint64_t used = 0;
  for (const auto& [id, bytes] : storage->contents()) used += bytes.size();
  storage->limit_bytes(used + 30'000);
  const auto vault = open(storage);
  const auto before = storage->contents();
  try {
    receive(*vault, whole.stream, Kind::kPlain);
    FAIL("the disk was full");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kRetry);
  }
  CHECK(storage->contents() == before);
  storage->limit_bytes(MemoryStorage::kNever);
  receive(*vault, whole.stream, Kind::kPlain);
  CHECK(send(*vault, increment()) == whole.sent);
}

}  // namespace
}  // namespace sealift::replicate::test
