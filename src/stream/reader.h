// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "crypto/fletcher4.h"
#include "stream/input.h"
#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::stream {

enum class VerifyChecksums : std::uint8_t { kYes, kNo };

/// Reads a stream record by record: a single substream, or a package (compound BEGIN, END,
/// substreams, closing END). Every record is given, BEGINs and ENDs too.
///
/// Rejects, before it allocates: a first record that is no BEGIN with the magic number; an
/// unknown record or header type; bytes that must be zero and are not; payload sizes beyond
/// the format's limits; a running checksum that does not match; a BEGIN inside a substream,
/// a record outside; a payload of BEGIN that is no packed nvlist; an end of the input before
/// the stream's, and bytes after it. What is true of the records' contents is the
/// business of rules.h. One thread. After an error every further call throws it again.
class Reader {
 public:
  struct Item {
    const Record& record;
    ByteView payload;      ///< valid until the next call of next()
    std::uint64_t offset;  ///< of the record in the input
    std::uint64_t number;  ///< 0 is the first BEGIN
    Checksum checksum;     ///< as stored in the record; zero for BEGIN
  };

  /// Reads from `source`, which must outlive the reader.
  explicit Reader(Source& source, VerifyChecksums verify = VerifyChecksums::kYes);
  /// Reads what is in memory whole; `bytes` must outlive the reader.
  explicit Reader(ByteView bytes, VerifyChecksums verify = VerifyChecksums::kYes);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The next record, or nullptr after the last. Throws kDamaged, with the number and the
  /// offset of the record at fault, and what the source throws.
  const Item* next();

  /// Byte order of the last record given. A package's substreams may differ in it.
  Endian endian() const { return endian_; }
  /// Whether the input is a package; known after the first record.
  bool is_package() const { return is_package_; }
  /// The payload of the last BEGIN, and how it was packed. Nothing if it had none.
  const std::optional<UnpackedNvlist>& begin_payload() const { return begin_payload_; }
  /// The same, and the reader keeps it no longer: a package's may be a hundred megabytes.
  std::optional<UnpackedNvlist> take_begin_payload();
  /// Bytes read up to the end of the last record given.
  std::uint64_t offset() const { return offset_; }
  std::uint64_t records() const { return number_; }

 private:
  /// Where in a stream we are; a single substream passes kStart, kInSubstream, kDone.
  enum class State : std::uint8_t { kStart, kInPackageHeader, kBetween, kInSubstream, kDone };

  const Item* next_or_throw();
  void decode_header(ByteView bytes);
  void change_endian(Endian endian);
  std::uint64_t checked_payload_size() const;
  void verify_header(ByteView bytes);
  void verify_package_end(ByteView bytes) const;
  void begin(ByteView payload);
  void advance();
  void expect_end_of_input();

  Input input_;
  VerifyChecksums verify_;
  State state_ = State::kStart;
  Endian endian_ = kHostEndian;
  bool is_package_ = false;
  crypto::Fletcher4 running_;
  Record record_;
  Checksum stored_{};
  std::optional<UnpackedNvlist> begin_payload_;
  std::optional<Item> item_;
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 0;
  std::uint32_t substreams_ = 0;
  std::exception_ptr failure_;
};

}  // namespace sealift::stream
