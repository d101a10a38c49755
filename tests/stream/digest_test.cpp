// SPDX-License-Identifier: Apache-2.0
#include <sealift/digest.h>

#include "base/bytes.h"
#include "base/error.h"
#include "support/catch.h"
#include "support/streams.h"

using namespace sealift;
using namespace sealift::stream;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Of no bytes at all (FIPS 180-4).
const std::string kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// Of "abc".
const std::string kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string refusal(std::string_view text) {
  try {
    parse_digest(text);
    return "taken";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    return error.what();
  }
}

}  // namespace

TEST_CASE("a sink and a source take the digest of what passes") {
  sealift::test::MemorySink out;
  DigestingSink sink(out);
  sink.write(as_bytes("a"));
  sink.write({});
  sink.write(as_bytes("bc"));
  CHECK(to_line(sink.finish()) == kAbc + "  -\n");

  sealift::test::MemorySource in(out.bytes());
  DigestingSource source(in);
  Bytes buffer(2);
  while (source.read(buffer) != 0) continue;
  CHECK(to_line(source.finish()) == kAbc + "  -\n");

  sealift::test::MemorySource empty(ByteView{});
  CHECK(to_line(DigestingSource(empty).finish()) == kNothing + "  -\n");
}

TEST_CASE("a digest is what sha256sum prints, of whatever file") {
  const Digest abc = parse_digest(kAbc);
  std::string upper = kAbc;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  for (const std::string& text :
       {kAbc + "  -\n", kAbc + " *some file\n", kAbc + "\n", upper, '\\' + kAbc + "  a\\nb\n"})
    CHECK(parse_digest(text) == abc);
}

TEST_CASE("what is no digest is refused") {
  for (const std::string& text : {std::string(), std::string("\n"), kAbc.substr(1), kAbc + "0",
                                  kAbc + "\t-\n", "SHA256 (-) = " + kAbc, 'g' + kAbc.substr(1)})
    CHECK(refusal(text) == "no SHA-256 digest as sha256sum(1) prints it");
  CHECK(refusal(kAbc + "  a\n" + kNothing + "  b\n") == "more than one SHA-256 digest");
}

TEST_CASE("another digest is named beside the wanted one") {
  const Digest abc = parse_digest(kAbc), nothing = parse_digest(kNothing);
  CHECK_NOTHROW(check_digest(abc, abc));
  CHECK_THROWS_WITH(check_digest(nothing, abc), ContainsSubstring(kNothing + " and not " + kAbc));
}
