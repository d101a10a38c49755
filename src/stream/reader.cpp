// SPDX-License-Identifier: Apache-2.0
#include "stream/reader.h"

#include "base/error.h"
#include "stream/record_codec.h"

namespace sealift::stream {
namespace {

[[noreturn]] void ended_early(std::string_view where) {
  fail(ErrorKind::kDamaged, "the stream ends early, {}", where);
}

/// Where OpenZFS sets a bound for a payload's size it is a block's.
std::uint64_t payload_limit(const Record& record) {
  if (const auto* begin = std::get_if<Begin>(&record))
    return begin->header_type() == HeaderType::kCompound ? kMaxPackagePayload : kMaxBeginPayload;
  if (std::holds_alternative<WriteEmbedded>(record)) return kMaxEmbeddedPayload;
  return kMaxBlockSize;
}

/// The byte order of a package's next record: each substream has its host's own, as libzfs takes
/// it (zfs_receive_impl in lib/libzfs/libzfs_sendrecv.c). `before` where the record tells neither.
Endian endian_between(RecordView header, Endian before) {
  for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
    const auto type = load<std::uint32_t>(header.data(), endian);
    const auto magic = load<std::uint64_t>(header.data() + kRecordBodyOffset, endian);
    if (type == static_cast<std::uint32_t>(RecordType::kEnd) || magic == kMagic) return endian;
  }
  return before;
}

}  // namespace

Reader::Reader(Source& source, VerifyChecksums verify) : input_(source), verify_(verify) {}
Reader::Reader(ByteView bytes, VerifyChecksums verify) : input_(bytes), verify_(verify) {}

const Reader::Item* Reader::next() {
  if (failure_) std::rethrow_exception(failure_);
  try {
    return next_or_throw();
  } catch (Error& error) {
    error.add_context(fmt::format("record {} at offset {}", number_, offset_));
    failure_ = std::current_exception();
    throw;
  }
}

std::optional<UnpackedNvlist> Reader::take_begin_payload() {
  return std::exchange(begin_payload_, std::nullopt);
}

const Reader::Item* Reader::next_or_throw() {
  item_.reset();
  // A package's list may have been a hundred times what the records after it need.
  if (std::holds_alternative<Begin>(record_)) input_.shrink();
  if (state_ == State::kDone) {
    expect_end_of_input();
    return nullptr;
  }
  if (state_ == State::kBetween && input_.at_end())
    ended_early("the package's last END is missing");
  const ByteView header = input_.take(kRecordSize);
  if (header.size() < kRecordSize) ended_early(header.empty() ? "before END" : "inside a record");
  decode_header(header);
  verify_header(header);
  const std::uint64_t size = checked_payload_size();
  const ByteView payload = input_.take(size);
  if (payload.size() < size) ended_early("inside a payload");
  if (verify_ == VerifyChecksums::kYes) running_.update(payload);
  if (std::holds_alternative<Begin>(record_)) begin(payload);
  item_.emplace(Item{record_, payload, offset_, number_, stored_});
  advance();
  offset_ += kRecordSize + size;
  ++number_;
  return &*item_;
}

void Reader::decode_header(ByteView bytes) {
  const RecordView header(bytes.data(), kRecordSize);
  if (state_ == State::kStart) change_endian(detect_endian(header));
  if (state_ == State::kBetween) change_endian(endian_between(header, endian_));
  decode(header, endian_, record_);
  const bool wants_begin = state_ == State::kStart || state_ == State::kBetween;
  const bool is_begin = std::holds_alternative<Begin>(record_);
  const bool is_end = std::holds_alternative<End>(record_);
  if (is_begin && !wants_begin) fail(ErrorKind::kDamaged, "BEGIN inside of a stream");
  if (!is_begin && state_ == State::kInPackageHeader && !is_end) {
    fail(ErrorKind::kDamaged, "{} in a package's header", name_of(type_of(record_)));
  }
  if (!is_begin && wants_begin && !is_end) {
    fail(ErrorKind::kDamaged, "{} outside of a substream", name_of(type_of(record_)));
  }
}

void Reader::change_endian(Endian endian) {
  endian_ = endian;
  running_ = crypto::Fletcher4(endian);
}

/// The header's part of the running checksum: what stands before the stored checksum is
/// covered by it, and both by the next.
void Reader::verify_header(ByteView bytes) {
  stored_ = {};
  if (std::holds_alternative<Begin>(record_)) {
    running_.reset();
    if (verify_ == VerifyChecksums::kYes) running_.update(bytes);
    return;
  }
  stored_ = load_checksum(bytes.data() + kChecksumOffset, endian_);
  if (state_ != State::kInSubstream) return verify_package_end(bytes);
  const Checksum before = running_.sum();
  if (verify_ == VerifyChecksums::kNo) return;
  running_.update(bytes.first(kChecksumOffset));
  if (stored_ != running_.sum()) {
    fail(ErrorKind::kDamaged, "{}: checksum mismatch", name_of(type_of(record_)));
  }
  running_.update(bytes.subspan(kChecksumOffset));
  const auto* end = std::get_if<End>(&record_);
  if (end != nullptr && end->checksum != before) {
    fail(ErrorKind::kDamaged, "DRR_END: mismatch of the stream's checksum");
  }
}

/// The ENDs of a package itself are written by libzfs, not by the kernel: that of its
/// header holds the sum of BEGIN, the last one nothing, and nothing else covers them. So
/// what is zero there must be. A stored checksum is zstream's, which seals them like others.
void Reader::verify_package_end(ByteView bytes) const {
  const bool header = state_ == State::kInPackageHeader;
  const std::size_t zeros_from = kRecordBodyOffset + (header ? kChecksumSize : 0);
  if (!all_zero(bytes.subspan(zeros_from, kChecksumOffset - zeros_from))) {
    fail(ErrorKind::kDamaged, "DRR_END: must be zero in a package and is not");
  }
  if (verify_ == VerifyChecksums::kNo) return;
  if (header && std::get<End>(record_).checksum != running_.sum()) {
    fail(ErrorKind::kDamaged, "DRR_END: mismatch of the package header's checksum");
  }
  if (stored_ == Checksum{}) return;
  crypto::Fletcher4 sealed(endian_, running_.sum());
  sealed.update(bytes.first(kChecksumOffset));
  if (stored_ != sealed.sum()) fail(ErrorKind::kDamaged, "DRR_END: checksum mismatch");
}

std::uint64_t Reader::checked_payload_size() const {
  const std::uint64_t size = payload_size(record_);
  if (size > payload_limit(record_)) {
    fail(ErrorKind::kDamaged, "{}: payload of {} bytes is beyond the limit of {}",
         name_of(type_of(record_)), size, payload_limit(record_));
  }
  if (size % 4 != 0) {
    fail(ErrorKind::kDamaged, "{}: payload of {} bytes is no multiple of 4",
         name_of(type_of(record_)), size);
  }
  return size;
}

void Reader::begin(ByteView payload) {
  const Begin& begin = std::get<Begin>(record_);
  const HeaderType type = begin.header_type();
  if (type != HeaderType::kSubstream && type != HeaderType::kCompound) {
    fail(ErrorKind::kDamaged, "unknown header type {}", begin.version_info & 3);
  }
  if (type == HeaderType::kCompound && state_ != State::kStart) {
    fail(ErrorKind::kDamaged, "a package inside of a package");
  }
  if (type == HeaderType::kSubstream && ++substreams_ > kMaxSubstreams) {
    fail(ErrorKind::kDamaged, "more than {} streams in a package", kMaxSubstreams);
  }
  begin_payload_.reset();
  if (payload.empty()) return;
  begin_payload_ = in_context("BEGIN", [&] { return decode_nvlist(payload); });
  if (begin_payload_->packed_size != payload.size() &&
      !all_zero(payload.subspan(begin_payload_->packed_size))) {
    fail(ErrorKind::kDamaged, "BEGIN: bytes after the packed list must be zero and are not");
  }
}

void Reader::advance() {
  switch (state_) {
    case State::kStart:
      is_package_ = std::get<Begin>(record_).header_type() == HeaderType::kCompound;
      state_ = is_package_ ? State::kInPackageHeader : State::kInSubstream;
      return;
    case State::kInPackageHeader:
      state_ = State::kBetween;
      return;
    case State::kBetween:
      state_ = std::holds_alternative<End>(record_) ? State::kDone : State::kInSubstream;
      return;
    case State::kInSubstream:
      if (!std::holds_alternative<End>(record_)) return;
      state_ = is_package_ ? State::kBetween : State::kDone;
      return;
    case State::kDone:
      return;
  }
}

void Reader::expect_end_of_input() {
  if (!input_.at_end()) fail(ErrorKind::kDamaged, "bytes after the end of the stream");
}

}  // namespace sealift::stream
