// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "keys/proof_world.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::keys::test;
using sealift::test::MemorySource;
using sealift::test::ReferenceStream;

namespace {

ProvenStream prove(ByteView bytes, const std::string& key) {
  MemorySource source(bytes);
  return prove_stream(source, key_file(key));
}

/// The error's text, or "proven".
std::string try_prove(ByteView bytes, const std::string& key) {
  try {
    prove(bytes, key);
    return "proven";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kDamaged);
    return error.what();
  }
}

bool has_one_key(const ReferenceStream& stream) {
  return stream.is_encrypted() && stream.file.find("packages/t-R") == std::string::npos &&
         stream.kind != "saved";
}

const char* const kVolume = "2.1.11/enc-vol-16k/s1.zfs";

}  // namespace

TEST_CASE("Full streams are proved in one pass, of increments every block is opened") {
  for (const ReferenceStream& stream : sealift::test::reference_streams()) {
    if (!has_one_key(stream)) continue;
    INFO(stream.file);
    const ProvenStream proven = prove(stream.read(), stream.key);
    REQUIRE(proven.verdicts.size() == proven.summary.substreams.size());
    for (std::size_t i = 0; i < proven.verdicts.size(); ++i) {
      const bool is_whole = proven.summary.substreams[i].from_guid == 0 && stream.kind != "resume";
      CHECK(proven.verdicts[i] == (is_whole ? StreamVerdict::kProven : StreamVerdict::kOpened));
    }
  }
}

TEST_CASE("A plain stream is plain, whatever the key") {
  const ProvenStream proven = prove(reference("2.1.11/plain-4k.none/s1.zfs"), "raw");
  CHECK(proven.verdicts == std::vector<StreamVerdict>{StreamVerdict::kPlain});
}

TEST_CASE("What is changed in a full stream, and all checksums with it, is found with the key") {
  const Bytes whole = reference("2.3.9/enc-128k/s1.zfs");
  for (const Tampering& tampering : tamperings()) {
    INFO(tampering.name);
    const Bytes changed = edited(whole, tampering.edit);
    REQUIRE(changed != whole);
    CHECK_NOTHROW(stream::verify(ByteView(changed)));
    CHECK(try_prove(changed, "raw") != "proven");
  }
}

TEST_CASE("A block that is left out of a full stream, or in another's place, is found") {
  const Bytes whole = reference(kVolume);
  CHECK(try_prove(without_write(whole, 3), "raw").find("one of the objects 0 to 31") !=
        std::string::npos);
  const Bytes exchanged = with_exchanged_writes(whole);
  CHECK_NOTHROW(stream::verify(ByteView(exchanged)));
  CHECK(try_prove(exchanged, "raw").find("one of the objects 0 to 31") != std::string::npos);
}

TEST_CASE("A changed block is named with its record, object and offset") {
  const Bytes changed = edited(
      reference(kVolume), first<stream::Write>([](auto&, Bytes& payload) { payload.back() ^= 1; }));
  const std::string text = try_prove(changed, "raw");
  INFO(text);
  CHECK(text.find("DRR_WRITE") != std::string::npos);
  CHECK(text.find("object 1, offset 491520: the block is not what was sealed") !=
        std::string::npos);
}

TEST_CASE("The wrong key is found before any data are read") {
  class Counting final : public Source {
   public:
    explicit Counting(ByteView bytes) : source_(bytes, 4096) {}
    std::size_t read(ByteSpan into) override {
      const std::size_t size = source_.read(into);
      count += size;
      return size;
    }
    std::size_t count = 0;

   private:
    MemorySource source_;
  };
  const Bytes bytes = reference("2.1.11/enc/s1.zfs");
  Counting source(bytes);
  try {
    prove_stream(source, key_file("pass2"));
    FAIL("the wrong key was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kWrongKey);
  }
  CHECK(source.count < bytes.size() / 2);
}
