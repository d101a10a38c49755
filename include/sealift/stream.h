// SPDX-License-Identifier: Apache-2.0
// Looking at send streams, and giving them another wrapping: what the commands `sealift stream` do.
#pragma once

#include <sealift/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
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

/// Where the head of a raw stream can be read that a peer sent.
struct PeerHead {
  enum class Again : std::uint8_t { kYes, kNo };
  std::function<std::unique_ptr<Source>()> open;
  Again again = Again::kYes;  ///< whether `open` may be called once more
};

class PeerKeys;

/// How a peer wraps its master keys, from heads of raw streams that it sent: what real ZFS must get
/// back in an increment, because it puts the stream's wrapping in the place of its own. A value,
/// cheap to copy.
class Peer {
 public:
  /// Reads the heads: of a single stream BEGIN and the record after it, which proves BEGIN; of a
  /// package all, or what is there of it. Throws Error: kDamaged for what is no stream, kRefused
  /// for one that is not raw or contradicts another, and what opening and reading throw.
  explicit Peer(std::vector<PeerHead> heads);

  /// Reads again the heads for which that is possible. Throws Error(kRetry) where one does not say
  /// what it said.
  void check_unchanged() const;

  /// For the library's own floors.
  const PeerKeys& keys() const { return *keys_; }

 private:
  std::vector<PeerHead> heads_;
  std::shared_ptr<const std::vector<PeerKeys>> by_head_;
  std::shared_ptr<const PeerKeys> keys_;  ///< of all heads
};

/// What `rewrap` did.
struct RewrapSummary {
  std::uint64_t rewrapped = 0;  ///< substreams
  std::uint64_t unchanged = 0;  ///< substreams: not sealed, or new to the peer
};

/// Copies a stream or package and puts the peer's own wrappings into it, so that real ZFS opens its
/// datasets as before. All checksums are made anew; everything else stays as it is. The input is
/// checked as by `verify`. No END leaves before all before it was found right, after a single
/// stream's END the input ended, and `peer` was found unchanged: what is cut off there is
/// received by nobody. Memory is bounded.
///
/// Throws Error: kRefused, before the first byte of the substream, where the peer has another
/// master key or suite, or where a package would change the peer's encryption roots; kRetry where
/// the peer changed its wrapping meanwhile; as `verify` for the input.
RewrapSummary rewrap(Source& from, Sink& to, const Peer& peer);

}  // namespace sealift::stream
