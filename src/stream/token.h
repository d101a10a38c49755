// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stream/nvlist.h"
#include "stream/record_format.h"

namespace sealift::stream {

/// What `receive -s` hands out and `send -t` takes: where an interrupted receive stopped
/// (module/zfs/dsl_dataset.c, lib/libzfs/libzfs_sendrecv.c).
struct ResumeToken {
  std::uint64_t from_guid = 0;  ///< 0: a full stream
  std::uint64_t object = 0;     ///< the next record to come is at or after this object
  std::uint64_t offset = 0;     ///< and offset
  std::uint64_t bytes = 0;      ///< received so far
  std::uint64_t to_guid = 0;
  std::string to_name;
  bool large_block_ok = false;
  bool embed_ok = false;
  bool compress_ok = false;
  bool raw_ok = false;
  std::optional<std::vector<std::uint64_t>> redact_snaps;
  std::optional<std::vector<std::uint64_t>> redact_book;
  bool operator==(const ResumeToken&) const = default;
};

// Limits of a token's text and of what it unpacks to.
constexpr std::size_t kMaxTokenText = 1U << 20;
constexpr std::size_t kMaxTokenPacked = 1U << 19;

/// The pairs of a token, in their order, with nothing missing. Throws kUsage for text
/// that is no token (each part named), a wrong checksum or a length that is not its own.
Nvlist decode_token_pairs(std::string_view text);
std::string encode_token_pairs(const Nvlist& pairs);

/// Throws kUsage also where a pair is absent, of another type or unknown.
ResumeToken parse_token(std::string_view text);
/// The text that OpenZFS would print.
std::string format_token(const ResumeToken& token);

}  // namespace sealift::stream
