// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "crypto/fletcher4.h"
#include "stream/record.h"

namespace sealift::stream {

/// Writes a stream's records: encodes them, puts the running checksum into each and
/// collects small ones into large writes. Checks nothing that the reader checks. One thread.
class Writer {
 public:
  /// `sink` must outlive the writer.
  Writer(Sink& sink, Endian endian);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Writes `record` and its payload, whose size must be payload_size(record) (else kBug).
  /// BEGIN starts the running checksum; END gets the sum of all before it in its body, and
  /// ends it. An END outside of a substream closes a package: give it zero.
  /// Throws what the sink throws; the writer is then of no further use.
  void write(const Record& record, ByteView payload = {});
  /// The same where the payload's Fletcher-4 in the stream's byte order is known.
  void write(const Record& record, ByteView payload, const crypto::FletcherSum& payload_sum);

  /// An END of a package itself with a checksum like other records', as zstream writes it; in a
  /// substream the same as write().
  void write_sealed_end(const End& record);

  /// Hands over what was collected. Call it last, and where the peer waits for an answer.
  void flush();

  std::uint64_t bytes_written() const { return bytes_written_; }
  Endian endian() const { return endian_; }

 private:
  /// Where the next record stands; decides what an END carries.
  enum class Part : std::uint8_t { kOutside, kPackageHeader, kSubstream };

  using Header = std::array<std::uint8_t, kRecordSize>;

  enum class EndSeal : std::uint8_t { kAsKernel, kAlways };

  Header seal(const Record& record, std::size_t payload_size);
  void end(ByteSpan header, EndSeal how);
  void seal(ByteSpan header);
  void append(ByteView bytes);

  Sink& sink_;
  Endian endian_;
  crypto::Fletcher4 running_;
  Part part_ = Part::kOutside;
  Bytes pending_;
  std::uint64_t bytes_written_ = 0;
};

/// The size a stream will have: counts records as Writer would write them.
class StreamSize {
 public:
  void add(const Record& record) { bytes_ += kRecordSize + payload_size(record); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

}  // namespace sealift::stream
