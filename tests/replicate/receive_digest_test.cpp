// SPDX-License-Identifier: Apache-2.0
// With the digest of what its sender sent, a receive takes nothing else, and needs no key for that.
#include "replicate/edited_stream.h"
#include "replicate/receive_job.h"
#include "replicate/receive_world.h"
#include "support/catch.h"

namespace sealift::replicate::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr const char* kFull = "2.1.11/aes-256-gcm/s1.zfs";
constexpr const char* kIncrement = "2.1.11/aes-256-gcm/s1-s2.zfs";

stream::Digest digest_of(const Bytes& bytes) {
  sealift::test::MemorySink sink;
  stream::DigestingSink digesting(sink);
  digesting.write(bytes);
  return digesting.finish();
}

ReceiveRequest only(const Bytes& sent) {
  ReceiveRequest request = ReceiveWorld::into("tank");
  request.digest = [digest = digest_of(sent)] { return digest; };
  return request;
}

stream::Write& write_of(Kept& kept) {
  return std::get<stream::Write>(kept.record);
}

/// What somebody on the way does to the records of an increment, who also has the one before.
struct Forgery {
  const char* name;
  void (*forge)(Records& records, const Records& before);
};

/// Two writes of equal length, which differ.
std::pair<std::size_t, std::size_t> two_writes(const Records& records) {
  const std::vector<std::size_t> writes = places_of<stream::Write>(records);
  for (const std::size_t a : writes)
    for (const std::size_t b : writes)
      if (records[a].payload != records[b].payload &&
          records[a].payload.size() == records[b].payload.size())
        return {a, b};
  FAIL("no two writes to exchange");
  return {};
}

void exchange_blocks(Records& records, const Records&) {
  const auto [a, b] = two_writes(records);
  std::swap(records[a].payload, records[b].payload);
  std::swap(write_of(records[a]).sealing, write_of(records[b]).sealing);
}

void exchange_records(Records& records, const Records&) {
  const std::vector<std::size_t> writes = places_of<stream::Write>(records);
  std::swap(records[writes.front()], records[writes.back()]);
}

/// An older block, sealed with the same key, in the place of a new one of its kind.
void splice(Records& records, const Records& before) {
  for (const std::size_t place : places_of<stream::Write>(records))
    for (const std::size_t old : places_of<stream::Write>(before)) {
      const stream::Write& wanted = write_of(records[place]);
      stream::Write spliced = std::get<stream::Write>(before[old].record);
      const bool is_alike =
          spliced.type == wanted.type && spliced.logical_size == wanted.logical_size;
      if (!is_alike || before[old].payload == records[place].payload) continue;
      spliced.object = wanted.object;
      spliced.offset = wanted.offset;
      spliced.to_guid = wanted.to_guid;
      records[place] = {spliced, before[old].payload};
      return;
    }
  FAIL("no block to splice in");
}

void cut(Records& records, const Records&) {
  const std::size_t last = places_of<stream::Write>(records).back();
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(last), records.end() - 1);
}

void leave_out(Records& records, const Records&) {
  const std::size_t first = places_of<stream::Write>(records).front();
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(first));
}

void substitute(Records& records, const Records&) {
  records[places_of<stream::Write>(records).front()].payload.front() ^= 1;
}

/// One number in the keydata or beside it; the guids of the key and of the IV sets among them.
void edit_begin(Records& records, const std::function<void(stream::Nvlist&)>& edit) {
  stream::UnpackedNvlist unpacked = stream::decode_nvlist(records.front().payload);
  edit(unpacked.list);
  records.front().payload = stream::encode_nvlist(unpacked.list, unpacked.packing);
  std::get<stream::Begin>(records.front().record).payload_length =
      static_cast<std::uint32_t>(records.front().payload.size());
}

const std::vector<Forgery> kForgeries = {
    {"two blocks change places", exchange_blocks},
    {"two records change places", exchange_records},
    {"a block of the snapshot before is spliced in", splice},
    {"it ends early", cut},
    {"a record is left out", leave_out},
    {"a bit is flipped", substitute},
    {"another snapshot",
     [](Records& records, const Records&) {
       for (Kept& each : records)
         std::visit(
             [](auto& record) {
               if constexpr (requires { record.to_guid; }) record.to_guid ^= 1;
             },
             each.record);
     }},
    {"another base",
     [](Records& records, const Records&) {
       std::get<stream::Begin>(records.front().record).from_guid ^= 1;
     }},
    {"another IV set",
     [](Records& records, const Records&) {
       edit_begin(records, [](stream::Nvlist& list) {
         stream::Nvlist keydata = *list.get_nvlist(stream::begin_key::kCryptKeydata);
         keydata.add_u64("to_ivset_guid", 4711);
         list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
       });
     }},
    {"another master key",
     [](Records& records, const Records&) {
       edit_begin(records, [](stream::Nvlist& list) {
         stream::Nvlist keydata = *list.get_nvlist(stream::begin_key::kCryptKeydata);
         keydata.add_u64("DSL_CRYPTO_GUID", 4711);
         list.add_nvlist(stream::begin_key::kCryptKeydata, keydata);
       });
     }},
};

}  // namespace

TEST_CASE("invariant 31: a stream is bound to its digest, guids, IV sets and key guid with it") {
  const Bytes full = reference(kFull), increment = reference(kIncrement);
  ReceiveWorld base;
  base.receive(full, only(full));
  const Records before = records_of(full);
  std::vector<std::string> refused_anyway;
  for (const Forgery& forgery : kForgeries) {
    CAPTURE(forgery.name);
    Records records = records_of(increment);
    forgery.forge(records, before);
    const Bytes forged = stream_of(records);
    ReceiveWorld world(base), trusting(base);
    const auto files = world.files();
    CHECK(world.try_receive(forged, only(increment)) != "received");
    CHECK(world.files() == files);
    if (trusting.try_receive(forged) != "received") refused_anyway.push_back(forgery.name);
    // What was sent is still taken.
    CHECK(world.try_receive(increment, only(increment)) == "received");
  }
  // The forger is good: little is found by rules.
  CHECK(refused_anyway == std::vector<std::string>{"two records change places", "another base",
                                                   "another master key"});
}

TEST_CASE("the digest of another stream is named, and nothing is changed") {
  ReceiveWorld world;
  const auto files = world.files();
  const Bytes full = reference(kFull);
  CHECK_THAT(world.try_receive(full, only(reference(kIncrement))),
             ContainsSubstring("not the stream that was sent: its SHA-256 digest is "));
  CHECK(world.last_kind() == ErrorKind::kDamaged);
  CHECK(world.files() == files);
  SECTION("in a rehearsal too") {
    ReceiveRequest rehearsal = only(reference(kIncrement));
    rehearsal.dry_run = true;
    CHECK_THAT(world.try_receive(full, rehearsal), ContainsSubstring("not the stream"));
    rehearsal.digest = only(full).digest;
    CHECK(world.try_receive(full, rehearsal) == "received");
  }
  SECTION("of a snapshot that is there already") {
    const Bytes increment = reference(kIncrement);
    world.receive(full, only(full));
    world.receive(increment, only(increment));
    CHECK_THAT(world.try_receive(increment, only(full)), ContainsSubstring("not the stream"));
    CHECK(world.try_receive(increment, only(increment)) == "received");
  }
}

TEST_CASE("the digest is asked for when the input ended, and not before") {
  ReceiveWorld world;
  const Bytes full = reference(kFull);
  bool asked = false;
  ReceiveRequest request = only(full);
  request.digest = [&asked, digest = digest_of(full)] {
    asked = true;
    return digest;
  };
  CHECK(world.try_receive(ByteView(full).first(full.size() - 1), request) != "received");
  CHECK_FALSE(asked);
  world.receive(full, request);
  CHECK(asked);
}

TEST_CASE("a resumable receive keeps nothing of a stream with another digest") {
  const Bytes full = reference(kFull), increment = reference(kIncrement);
  ReceiveWorld world;
  const auto receive_saving_often = [&](const Bytes& bytes, const Bytes& sent) {
    sealift::test::MemorySource source(bytes);
    ReceiveRequest request = only(sent);
    request.resumable = true;
    const ReceiveObserver observer;
    ReceiveJob job({world.vault().inner(), source, observer, os::system_clock()}, request,
                   world.moment());
    SavePolicy often;
    often.enabled = true;
    often.every_bytes = 1;
    job.save_as(often);
    CHECK_THROWS_WITH(job.run(), ContainsSubstring("not the stream that was sent"));
  };
  const std::vector<std::string> empty = world.names();
  receive_saving_often(full, increment);
  CHECK(world.names() == empty);
  world.receive(full);
  const std::vector<std::string> received = world.names();
  receive_saving_often(increment, full);
  CHECK(world.names() == received);
  CHECK(world.property("tank/raw-aes-256-gcm", "receive_resume_token") == "-");
  CHECK(world.try_receive(increment, only(increment)) == "received");
}

TEST_CASE("digests of packages and of resumed streams are refused by name") {
  ReceiveWorld world;
  const Bytes package = reference("2.1.11/packages/t-R-s1.zfs");
  CHECK_THAT(world.try_receive(package, only(package)), ContainsSubstring("of a package"));
  CHECK(world.last_kind() == ErrorKind::kUsage);
  CHECK_THAT(world.last_hint(), ContainsSubstring("stream verify --sha256"));

  ReceiveWorld sender;
  const Bytes full = reference(kFull);
  sender.receive(full);
  ReceiveRequest resumable = only(full);
  resumable.resumable = true;
  CHECK(world.try_receive(ByteView(full).first(full.size() * 2 / 3), resumable) != "received");
  CHECK(world.last_kind() == ErrorKind::kResume);
  const std::string token = world.property("tank/raw-aes-256-gcm", "receive_resume_token");
  const Bytes rest = sender.send_rest(token);
  CHECK_THAT(world.try_receive(rest, only(rest)), ContainsSubstring("of a resumed stream"));
  CHECK(world.property("tank/raw-aes-256-gcm", "receive_resume_token") == token);
  CHECK(world.try_receive(rest) == "received");
}

}  // namespace sealift::replicate::test
