// SPDX-License-Identifier: Apache-2.0
#include "stream/token.h"

#include <zlib.h>

#include <charconv>

#include "base/error.h"
#include "crypto/fletcher4.h"

namespace sealift::stream {
namespace {

constexpr std::string_view kVersion = "1";
constexpr int kCompressionLevel = 6;  // OpenZFS's, for the same text

[[noreturn]] void corrupt(std::string_view why) {
  fail(ErrorKind::kUsage, "resume token is corrupt ({})", why);
}

/// Takes what stands before the next '-' off `text`.
std::string_view next_part(std::string_view& text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) corrupt("invalid format");
  const std::string_view part = text.substr(0, dash);
  text.remove_prefix(dash + 1);
  return part;
}

std::uint64_t hex_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) corrupt("invalid number");
  return value;
}

Bytes from_hex(std::string_view text) {
  if (text.size() % 2 != 0) corrupt("payload is not hex-encoded");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    std::uint8_t byte = 0;
    const char* const end = text.data() + at + 2;
    const auto result = std::from_chars(text.data() + at, end, byte, 16);
    if (result.ec != std::errc() || result.ptr != end) corrupt("payload is not hex-encoded");
    bytes.push_back(byte);
  }
  return bytes;
}

/// The first word of the Fletcher-4 over whole words: a rest of less than four bytes is
/// not covered by it (the compressed data have a checksum of their own).
std::uint64_t checksum_of(ByteView compressed, Endian endian) {
  return crypto::fletcher4(compressed.first(compressed.size() / 4 * 4), endian)[0];
}

Bytes inflate_exactly(ByteView compressed, std::size_t size) {
  Bytes packed(size);
  uLongf packed_size = size;
  uLong compressed_size = compressed.size();
  const int result =
      ::uncompress2(packed.data(), &packed_size, compressed.data(), &compressed_size);
  if (result != Z_OK || packed_size != size || compressed_size != compressed.size()) {
    corrupt("decompression failed");
  }
  return packed;
}

Bytes deflate(ByteView packed) {
  uLongf size = ::compressBound(packed.size());
  Bytes compressed(size);
  const int result =
      ::compress2(compressed.data(), &size, packed.data(), packed.size(), kCompressionLevel);
  SEALIFT_ASSERT(result == Z_OK);
  compressed.resize(size);
  return compressed;
}

/// What a pair of a token means.
void read_pair(const Nvlist::Pair& pair, ResumeToken& token) {
  const auto number = [&](std::uint64_t& to) {
    if (pair.type != DataType::kUint64) corrupt(pair.name + " is no number");
    to = std::get<std::uint64_t>(pair.value);
  };
  const auto flag = [&](bool& to) {
    if (pair.type != DataType::kBoolean) corrupt(pair.name + " is no flag");
    to = true;
  };
  const auto guids = [&](auto& to) {
    if (pair.type != DataType::kUint64Array) corrupt(pair.name + " is no list of guids");
    to = std::get<std::vector<std::uint64_t>>(pair.value);
  };
  if (pair.name == "fromguid") return number(token.from_guid);
  if (pair.name == "object") return number(token.object);
  if (pair.name == "offset") return number(token.offset);
  if (pair.name == "bytes") return number(token.bytes);
  if (pair.name == "toguid") return number(token.to_guid);
  if (pair.name == "largeblockok") return flag(token.large_block_ok);
  if (pair.name == "embedok") return flag(token.embed_ok);
  if (pair.name == "compressok") return flag(token.compress_ok);
  if (pair.name == "rawok") return flag(token.raw_ok);
  if (pair.name == "redact_snaps") return guids(token.redact_snaps);
  if (pair.name == "book_redact_snaps") return guids(token.redact_book);
  if (pair.name != "toname") corrupt("unknown pair '" + pair.name + "'");
  if (pair.type != DataType::kString) corrupt("toname is no text");
  token.to_name = std::get<std::string>(pair.value);
  if (token.to_name.empty() || token.to_name.size() >= kNameSize) corrupt("toname is no name");
}

void require_pairs(const Nvlist& pairs) {
  for (const char* name : {"object", "offset", "bytes", "toguid", "toname"}) {
    if (!pairs.contains(name)) corrupt(fmt::format("{} is missing", name));
  }
}

}  // namespace

Nvlist decode_token_pairs(std::string_view text) {
  if (text.size() > kMaxTokenText) corrupt("too long");
  if (next_part(text) != kVersion) corrupt("unknown version");
  const std::uint64_t checksum = hex_number(next_part(text));
  const std::uint64_t packed_size = hex_number(next_part(text));
  if (packed_size > kMaxTokenPacked) corrupt("too long");
  const Bytes compressed = from_hex(text);
  if (checksum_of(compressed, Endian::kLittle) != checksum &&
      checksum_of(compressed, Endian::kBig) != checksum) {
    corrupt("incorrect checksum");
  }
  const Bytes packed = inflate_exactly(compressed, packed_size);
  try {
    UnpackedNvlist unpacked = decode_nvlist(packed);
    if (unpacked.packed_size != packed.size()) corrupt("bytes after the list");
    return std::move(unpacked.list);
  } catch (const Error& error) {
    corrupt(error.what());
  }
}

std::string encode_token_pairs(const Nvlist& pairs) {
  const Bytes packed = encode_nvlist(pairs, Packing{});
  const Bytes compressed = deflate(packed);
  return fmt::format("{}-{:x}-{:x}-{}", kVersion, checksum_of(compressed, Endian::kLittle),
                     packed.size(), to_hex(compressed));
}

ResumeToken parse_token(std::string_view text) {
  const Nvlist pairs = decode_token_pairs(text);
  ResumeToken token;
  for (const Nvlist::Pair& pair : pairs.pairs()) read_pair(pair, token);
  require_pairs(pairs);
  return token;
}

std::string format_token(const ResumeToken& token) {
  Nvlist pairs;
  if (token.from_guid != 0) pairs.add_u64("fromguid", token.from_guid);
  pairs.add_u64("object", token.object)
      .add_u64("offset", token.offset)
      .add_u64("bytes", token.bytes);
  pairs.add_u64("toguid", token.to_guid).add_string("toname", token.to_name);
  if (token.large_block_ok) pairs.add_boolean("largeblockok");
  if (token.embed_ok) pairs.add_boolean("embedok");
  if (token.compress_ok) pairs.add_boolean("compressok");
  if (token.raw_ok) pairs.add_boolean("rawok");
  if (token.redact_snaps) pairs.add_u64_array("redact_snaps", *token.redact_snaps);
  if (token.redact_book) pairs.add_u64_array("book_redact_snaps", *token.redact_book);
  return encode_token_pairs(pairs);
}

}  // namespace sealift::stream
