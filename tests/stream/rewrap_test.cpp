// SPDX-License-Identifier: Apache-2.0
// A stream on its way to real ZFS keeps the wrapping that its receiver has.
#include <sealift/stream.h>

#include "base/checked.h"
#include "base/error.h"
#include "stream/peer_keys.h"
#include "stream/reader.h"
#include "stream/writer.h"
#include "support/catch.h"
#include "support/streams.h"
#include "support/swapped_stream.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;
using test::MemorySink;
using test::MemorySource;

/// Changes what a BEGIN's payload says, in the order in which it says it.
using EditPayload = std::function<void(Begin&, Nvlist&)>;

Bytes edited(ByteView stream, const EditPayload& edit) {
  Reader reader(stream);
  MemorySink sink;
  std::optional<Writer> writer;
  while (const Reader::Item* item = reader.next()) {
    Record record = item->record;
    Bytes payload(item->payload.begin(), item->payload.end());
    auto* begin = std::get_if<Begin>(&record);
    if (begin != nullptr && reader.begin_payload()) {
      Nvlist list = reader.begin_payload()->list;
      edit(*begin, list);
      payload = encode_nvlist(list, reader.begin_payload()->packing);
      if (payload.size() < item->payload.size()) payload.resize(item->payload.size());
      begin->payload_length = static_cast<std::uint32_t>(payload.size());
    }
    if (!writer || writer->endian() != reader.endian()) {
      if (writer) writer->flush();
      writer.emplace(sink, reader.endian());
    }
    writer->write(record, payload);
  }
  writer->flush();
  return sink.bytes();
}

/// The same stream as somebody would have sent it who wraps the same master keys otherwise.
Bytes wrapped_otherwise(ByteView stream, std::uint8_t by = 1) {
  return edited(stream, [&](Begin&, Nvlist& list) {
    const Nvlist* old = list.get_nvlist(begin_key::kCryptKeydata);
    if (old == nullptr) return;
    Nvlist keydata = *old;
    for (const char* name :
         {"DSL_CRYPTO_MASTER_KEY_1", "DSL_CRYPTO_HMAC_KEY_1", "DSL_CRYPTO_IV", "DSL_CRYPTO_MAC"}) {
      Bytes bytes = *keydata.get_u8_array(name);
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(byte + by);
      keydata.add_u8_array(name, bytes);
    }
    if (*keydata.get_u64("keyformat") == 3) {
      keydata.add_u64("pbkdf2salt", *keydata.get_u64("pbkdf2salt") ^ by);
      keydata.add_u64("pbkdf2iters", *keydata.get_u64("pbkdf2iters") + by);
    }
    list.add_nvlist(begin_key::kCryptKeydata, keydata);
  });
}

/// The same stream with BEGIN's payload as releases since 2026 pack it.
Bytes packed_as_xdr(ByteView stream) {
  Reader reader(stream);
  MemorySink sink;
  Writer writer(sink, Endian::kLittle);
  while (const Reader::Item* item = reader.next()) {
    Record record = item->record;
    Bytes payload(item->payload.begin(), item->payload.end());
    if (auto* begin = std::get_if<Begin>(&record)) {
      payload = encode_nvlist(reader.begin_payload()->list, {Packing::Format::kXdr});
      payload.resize(round_up(payload.size(), 8));
      begin->payload_length = static_cast<std::uint32_t>(payload.size());
    }
    writer.write(record, payload);
  }
  writer.flush();
  return sink.bytes();
}

/// The wrappings in it, but those of datasets that are new to the receiver.
std::vector<Bytes> expected_of(ByteView package) {
  std::vector<Bytes> found;
  Reader reader(package);
  while (const Reader::Item* item = reader.next()) {
    const auto* begin = std::get_if<Begin>(&item->record);
    if (begin == nullptr || begin->from_guid == 0) continue;
    if (!reader.begin_payload()) continue;
    if (const Nvlist* keydata = reader.begin_payload()->list.get_nvlist(begin_key::kCryptKeydata))
      found.push_back(*keydata->get_u8_array("DSL_CRYPTO_MASTER_KEY_1"));
  }
  REQUIRE(!found.empty());
  return found;
}

/// The package with other entries in its list of datasets.
Bytes with_entries(ByteView package, const std::function<void(Nvlist&)>& edit) {
  return edited(package, [&](Begin& begin, Nvlist& list) {
    if (begin.header_type() != HeaderType::kCompound) return;
    Nvlist changed;
    for (const Nvlist::Pair& pair : list.get_nvlist("fss")->pairs()) {
      Nvlist entry = std::get<std::vector<Nvlist>>(pair.value).front();
      edit(entry);
      changed.add_nvlist(pair.name, entry);
    }
    list.add_nvlist("fss", changed);
  });
}

PeerHead head_of(const Bytes& stream) {
  return {[&] { return std::make_unique<MemorySource>(stream); }, PeerHead::Again::kYes};
}

Bytes rewrapped(ByteView stream, const Peer& peer) {
  MemorySource source(stream, 10'000);
  MemorySink sink;
  rewrap(source, sink, peer);
  return sink.bytes();
}

/// The refusal, and what had left by then.
struct Refused {
  std::string why;
  ErrorKind kind = ErrorKind::kBug;
  Bytes sent;
};
Refused refused(ByteView stream, const Peer& peer) {
  MemorySource source(stream, 10'000);
  MemorySink sink;
  Refused refused;
  try {
    rewrap(source, sink, peer);
  } catch (const Error& error) {
    refused.why = error.what();
    refused.kind = error.kind();
  }
  refused.sent = sink.bytes();
  return refused;
}

bool is_whole(ByteView stream) {
  try {
    verify(stream);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<test::ReferenceStream> raw_references() {
  std::vector<test::ReferenceStream> found;
  for (const auto& stream : test::reference_streams())
    if (stream.is_encrypted() && stream.kind != "saved") found.push_back(stream);
  return found;
}

Bytes reference(const std::string& file) {
  return test::read_file(SEALIFT_TEST_DATA "/streams/" + file);
}

}  // namespace

TEST_CASE("A stream gets the peer's wrapping, and nothing else of it changes", "[invariant-13]") {
  REQUIRE(raw_references().size() > 20);
  for (const test::ReferenceStream& stream : raw_references()) {
    CAPTURE(stream.file);
    const Bytes peers = stream.read();
    const Bytes sent = wrapped_otherwise(peers);
    REQUIRE(sent != peers);
    const Peer peer({head_of(peers)});
    CHECK(rewrapped(sent, peer) == peers);
    CHECK(rewrapped(peers, peer) == peers);
  }
}

TEST_CASE("Both byte orders and both encodings of the payload are rewrapped") {
  const Bytes little = reference("2.1.11/aes-256-gcm/s1-s2.zfs");
  const Bytes big = test::in_byte_order(little, Endian::kBig);
  REQUIRE(big != little);
  CHECK(rewrapped(wrapped_otherwise(big), Peer({head_of(big)})) == big);
  CHECK(rewrapped(wrapped_otherwise(big), Peer({head_of(little)})) == big);
  const Bytes xdr = packed_as_xdr(little);
  CHECK(rewrapped(wrapped_otherwise(xdr), Peer({head_of(xdr)})) == xdr);
  CHECK(rewrapped(wrapped_otherwise(little), Peer({head_of(xdr)})) == little);
}

TEST_CASE("Of a single stream's head BEGIN is read, and what proves it") {
  const Bytes peers = reference("2.1.11/aes-256-gcm/s1.zfs");
  const Bytes sent = wrapped_otherwise(reference("2.1.11/aes-256-gcm/s1-s2.zfs"));
  const std::size_t payload = load<std::uint32_t>(peers.data() + 4, Endian::kLittle);
  const Bytes head(peers.begin(),
                   peers.begin() + static_cast<std::ptrdiff_t>(2 * kRecordSize + payload));
  CHECK(rewrapped(sent, Peer({head_of(head)})) == reference("2.1.11/aes-256-gcm/s1-s2.zfs"));
  const Bytes shorter(head.begin(), head.end() - 1);
  CHECK_THROWS_AS(Peer({head_of(shorter)}), Error);
  for (std::size_t at = kRecordSize; at < kRecordSize + payload; at += 37) {
    Bytes damaged = head;
    damaged[at] ^= 1;
    CHECK_THROWS_AS(Peer({head_of(damaged)}), Error);
  }
}

TEST_CASE("Another master key or suite is refused, naming both") {
  const Bytes sent = reference("2.1.11/aes-256-gcm/s1-s2.zfs");
  const Bytes other = reference("2.1.11/aes-128-gcm/s1.zfs");
  const Refused by_key = refused(sent, Peer({head_of(other)}));
  CHECK(by_key.kind == ErrorKind::kRefused);
  CHECK(by_key.sent.empty());
  CHECK_THAT(by_key.why, ContainsSubstring("suite aes-256-gcm") &&
                             ContainsSubstring("the peer has key") &&
                             ContainsSubstring("suite aes-128-gcm"));
  const Bytes weaker = edited(sent, [](Begin&, Nvlist& list) {
    Nvlist keydata = *list.get_nvlist(begin_key::kCryptKeydata);
    list.add_nvlist(begin_key::kCryptKeydata, keydata.add_u64("DSL_CRYPTO_SUITE", 7));
  });
  const Refused by_suite = refused(sent, Peer({head_of(weaker)}));
  CHECK(by_suite.kind == ErrorKind::kRefused);
  CHECK(by_suite.sent.empty());
  CHECK_THAT(by_suite.why, ContainsSubstring("aes-256-gcm") && ContainsSubstring("aes-192-gcm"));
  const Bytes plain = reference("2.1.11/plain-128k.Lec/s1-s2.zfs");
  CHECK_THAT(refused(plain, Peer({head_of(sent)})).why, ContainsSubstring("not raw"));
  CHECK_THROWS_AS(Peer({head_of(plain)}), Error);
}

TEST_CASE("No END leaves behind damaged input") {
  const Bytes peers = reference("2.1.11/aes-256-gcm/s1-s2.zfs");
  const Bytes sent = wrapped_otherwise(peers);
  const Peer peer({head_of(peers)});
  for (std::size_t at = 0; at < sent.size(); at += sent.size() / 200) {
    CAPTURE(at);
    Bytes damaged = sent;
    damaged[at] ^= 0x10;
    const Refused result = refused(damaged, peer);
    CHECK(result.kind != ErrorKind::kBug);
    CHECK(result.sent.size() < sent.size());
    CHECK_FALSE(is_whole(result.sent));
  }
  Bytes longer = sent;
  longer.push_back(0);
  CHECK_FALSE(is_whole(refused(longer, peer).sent));
  CHECK_FALSE(is_whole(refused(ByteView(sent).first(sent.size() - 1), peer).sent));
}

TEST_CASE("A peer that changes its wrapping meanwhile gets no END", "[invariant-13]") {
  const Bytes before = reference("2.1.11/aes-256-gcm/s1-s2.zfs");
  const Bytes after = wrapped_otherwise(before, 2);
  const Bytes sent = wrapped_otherwise(before);
  int reads = 0;
  const auto changing = [&]() -> std::unique_ptr<Source> {
    return std::make_unique<MemorySource>(reads++ == 0 ? before : after);
  };
  const Refused result = refused(sent, Peer({{changing, PeerHead::Again::kYes}}));
  CHECK(result.kind == ErrorKind::kRetry);
  CHECK_THAT(result.why, ContainsSubstring("changed its wrapping"));
  CHECK(result.sent.size() == sent.size() - kRecordSize);
  CHECK(reads == 2);
  reads = 0;
  CHECK(rewrapped(sent, Peer({{changing, PeerHead::Again::kNo}})) == before);
  CHECK(reads == 1);
}

TEST_CASE("A package is rewrapped dataset by dataset, if the peer's roots are the same") {
  const Bytes peers = reference("2.1.11/packages/t-R-s1.zfs");
  const Bytes sent = wrapped_otherwise(peers);
  CHECK(rewrapped(sent, Peer({head_of(peers)})) == peers);

  const Bytes single = reference("2.1.11/aes-256-gcm/s1.zfs");
  const Refused unknown = refused(sent, Peer({head_of(single)}));
  CHECK(unknown.kind == ErrorKind::kRefused);
  CHECK(unknown.sent.empty());
  CHECK_THAT(unknown.why, ContainsSubstring("encryption root at the peer"));

  const Bytes moved = with_entries(peers, [](Nvlist& entry) {
    if (entry.remove("is_encroot")) entry.add_boolean("is_encr00t");
  });
  const Refused changed = refused(sent, Peer({head_of(moved)}));
  CHECK(changed.kind == ErrorKind::kRefused);
  CHECK(changed.sent.empty());
  CHECK_THAT(changed.why, ContainsSubstring("is an encryption root at the sender"));
}

TEST_CASE("A package's head may be cut off: what it did not tell is refused") {
  const Bytes peers = reference("2.1.11/packages/t-R-s1.zfs");
  const Bytes with_new = reference("2.1.11/packages/t-R-I-s1-s3.zfs");
  const Peer whole({head_of(peers)});
  // What is new would be linked to a root there, and no key would be asked.
  CHECK_THAT(refused(wrapped_otherwise(with_new), whole).why,
             ContainsSubstring("no head tells whether tank/t/"));
  const Bytes increment = with_entries(with_new, [](Nvlist& entry) {
    const std::string& name = *entry.get_string("name");
    if (name == "tank/t/new" || name == "tank/t/clone") entry.add_boolean("is_encroot");
  });
  const Bytes sent = wrapped_otherwise(increment);
  CHECK(expected_of(rewrapped(sent, whole)) == expected_of(increment));
  std::size_t passed = 0, cut_short = 0;
  for (std::size_t length = kRecordSize; length < peers.size(); length += peers.size() / 60) {
    const Bytes cut(peers.begin(), peers.begin() + static_cast<std::ptrdiff_t>(length));
    try {
      const Bytes to_peer = rewrapped(sent, Peer({head_of(cut)}));
      CHECK(expected_of(to_peer) == expected_of(increment));
      ++passed;
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::kRefused || error.kind() == ErrorKind::kDamaged));
      ++cut_short;
    }
  }
  CHECK(passed > 0);
  CHECK(cut_short > 0);
}

TEST_CASE("A package as zstream writes it stays one") {
  Bytes peers = reference("2.1.11/packages/t-R-s1.zfs");
  const auto seal = [](Bytes& bytes, std::size_t at, crypto::FletcherSum before) {
    crypto::Fletcher4 sum(Endian::kLittle, before);
    sum.update(ByteView(bytes).subspan(at, kChecksumOffset));
    for (std::size_t i = 0; i < 4; ++i)
      store(bytes.data() + at + kChecksumOffset + 8 * i, sum.sum()[i]);
  };
  Bytes sent = wrapped_otherwise(peers);
  for (Bytes* each : {&peers, &sent}) {
    const std::size_t head = kRecordSize + load<std::uint32_t>(each->data() + 4, Endian::kLittle);
    seal(*each, head, crypto::fletcher4(ByteView(*each).first(head), Endian::kLittle));
    seal(*each, each->size() - kRecordSize, {});
  }
  CHECK(rewrapped(sent, Peer({head_of(peers)})) == peers);
}

}  // namespace sealift::stream
