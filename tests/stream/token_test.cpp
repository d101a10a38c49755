// SPDX-License-Identifier: Apache-2.0
#include "stream/token.h"

#include "base/error.h"
#include "support/catch.h"
#include "support/streams.h"

namespace sealift::stream {
namespace {

using Catch::Matchers::ContainsSubstring;

std::vector<std::string> reference_tokens() {
  std::vector<std::string> tokens;
  for (const test::ReferenceStream& stream : test::reference_streams()) {
    if (stream.kind != "resume") continue;
    const std::string path = stream.path();
    const Bytes text = test::read_file(path.substr(0, path.size() - 4) + ".token");
    std::string token(as_text(text));
    while (!token.empty() && token.back() == '\n') token.pop_back();
    tokens.push_back(token);
  }
  REQUIRE(!tokens.empty());
  return tokens;
}

}  // namespace

TEST_CASE("tokens of real ZFS are read and written identically") {
  for (const std::string& text : reference_tokens()) {
    const ResumeToken token = parse_token(text);
    CHECK(token.to_guid != 0);
    CHECK(token.bytes > 0);
    CHECK_THAT(token.to_name, ContainsSubstring("@"));
    CHECK(parse_token(format_token(token)) == token);
    CHECK(format_token(token) == text);
  }
}

TEST_CASE("a token's every part survives") {
  ResumeToken token;
  token.from_guid = 0xfedcba9876543210;
  token.object = 7;
  token.offset = 131072;
  token.bytes = 1ULL << 40;
  token.to_guid = 99;
  token.to_name = "tank/home@mon";
  token.large_block_ok = token.embed_ok = token.compress_ok = token.raw_ok = true;
  token.redact_snaps = {1, 2, 3};
  token.redact_book = std::vector<std::uint64_t>{};
  CHECK(parse_token(format_token(token)) == token);
}

TEST_CASE("what is no token is refused, with what is wrong") {
  const std::string good = reference_tokens().front();
  const auto fault = [](const std::string& text) -> std::string {
    try {
      parse_token(text);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::kUsage);
      return error.what();
    }
    return "accepted";
  };
  CHECK(fault(good) == "accepted");
  CHECK_THAT(fault(""), ContainsSubstring("invalid format"));
  CHECK_THAT(fault("2" + good.substr(1)), ContainsSubstring("unknown version"));
  CHECK_THAT(fault("1-x" + good.substr(2)), ContainsSubstring("invalid number"));
  CHECK_THAT(fault("1-1-1-zz"), ContainsSubstring("not hex-encoded"));
  CHECK_THAT(fault("1-1-ffffffff-00"), ContainsSubstring("too long"));
  CHECK_THAT(fault("1-1-10-00112233"), ContainsSubstring("incorrect checksum"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = damaged[at] == '1' ? '2' : '1';
    CHECK(fault(damaged) != "accepted");
    CHECK(fault(good.substr(0, at)) != "accepted");
  }
}

TEST_CASE("a token whose pairs are not a token's is refused") {
  Nvlist pairs;
  pairs.add_u64("object", 1).add_u64("offset", 0).add_u64("bytes", 9).add_u64("toguid", 5);
  CHECK_THROWS_WITH(parse_token(encode_token_pairs(pairs)), ContainsSubstring("toname is missing"));
  pairs.add_string("toname", "a@b");
  CHECK(parse_token(encode_token_pairs(pairs)).from_guid == 0);
  pairs.add_u64("rawok", 1);
  CHECK_THROWS_WITH(parse_token(encode_token_pairs(pairs)), ContainsSubstring("rawok is no flag"));
  pairs.remove("rawok");
  pairs.add_u64("more", 1);
  CHECK_THROWS_WITH(parse_token(encode_token_pairs(pairs)),
                    ContainsSubstring("unknown pair 'more'"));
}

}  // namespace sealift::stream
