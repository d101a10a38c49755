// SPDX-License-Identifier: Apache-2.0
// Looking at send streams: what `sealift stream dump` and `sealift stream verify` do.
#pragma once

#include <sealift/channel.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealift::stream {

/// How much `dump` prints.
struct DumpOptions {
  enum class Records : std::uint8_t { kEnds, kAll, kAllAndChecksums };
  enum class Payloads : std::uint8_t { kNo, kYes };
  enum class Checksums : std::uint8_t { kVerify, kIgnore };
  enum class Format : std::uint8_t { kText, kJson };  ///< JSON: one object a line

  Records records = Records::kEnds;
  Payloads payloads = Payloads::kNo;
  Checksums checksums = Checksums::kVerify;
  Format format = Format::kText;
};

/// Prints the records of the stream in `from` to `to`, in the words of `zstream dump`.
/// Throws Error (kDamaged) at the first fault, which it names with the number and the offset
/// of the record; what was printed before it stands. Memory is bounded whatever the stream.
void dump(Source& from, Sink& to, const DumpOptions& options = {});

/// What `verify` found out about a substream.
struct SubstreamSummary {
  std::string to_name;  ///< the snapshot's name at its sender
  std::uint64_t to_guid = 0;
  std::uint64_t from_guid = 0;  ///< 0: a full stream
  std::uint64_t features = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

/// What `verify` found out about a stream.
struct StreamSummary {
  bool is_package = false;
  bool big_endian = false;  ///< the first record; a package's substreams may differ
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::vector<SubstreamSummary> substreams;
};

/// Reads the whole stream and checks it as far as that is possible without a key: framing,
/// checksums and every structural rule of a receiver. Throws Error at the first fault:
/// kDamaged, or kRefused for what is well-formed and cannot be honoured.
StreamSummary verify(Source& from);
/// The same for a stream that is in memory, or mapped into it.
StreamSummary verify(ByteView stream);

/// What a resume token says, as `zstream token` prints it, or as a line of JSON. Throws
/// Error (kUsage) for what is no token.
std::string describe_token(std::string_view text,
                           DumpOptions::Format format = DumpOptions::Format::kText);

}  // namespace sealift::stream
