// SPDX-License-Identifier: Apache-2.0
#include "stream/writer.h"

#include "base/error.h"
#include "stream/record_codec.h"

namespace sealift::stream {
namespace {

constexpr std::size_t kPendingSize = 256U << 10;
/// A payload as large as this goes to the sink directly: a system call costs less than
/// copying it.
constexpr std::size_t kDirectSize = 64U << 10;

}  // namespace

Writer::Writer(Sink& sink, Endian endian) : sink_(sink), endian_(endian), running_(endian) {
  pending_.reserve(kPendingSize + kRecordSize);
}

void Writer::write(const Record& record, ByteView payload) {
  const Header header = seal(record, payload.size());
  running_.update(payload);
  append(header);
  append(payload);
}

void Writer::write(const Record& record, ByteView payload, const crypto::FletcherSum& payload_sum) {
  const Header header = seal(record, payload.size());
  running_.append(payload_sum, payload.size());
  append(header);
  append(payload);
}

/// The record as it goes out, with the running checksum that follows from all before it.
Writer::Header Writer::seal(const Record& record, std::size_t size) {
  SEALIFT_ASSERT(size == payload_size(record));
  Header header;
  encode(record, endian_, header);
  if (const auto* begin = std::get_if<Begin>(&record)) {
    part_ = begin->header_type() == HeaderType::kCompound ? Part::kPackageHeader : Part::kSubstream;
    running_.reset();
    running_.update(header);
  } else if (std::holds_alternative<End>(record)) {
    end(header, EndSeal::kAsKernel);
  } else {
    seal(header);
  }
  return header;
}

void Writer::write_sealed_end(const End& record) {
  Header header;
  encode(record, endian_, header);
  end(header, EndSeal::kAlways);
  append(header);
}

/// A substream's END holds the sum before it and is sealed like any record; that of a
/// package's header holds the sum only, and that of the package nothing.
void Writer::end(ByteSpan header, EndSeal how) {
  const Part part = std::exchange(part_, Part::kOutside);
  if (part == Part::kOutside) {
    running_.reset();
  } else {
    store_checksum(header.data() + kRecordBodyOffset, running_.sum(), endian_);
  }
  if (part == Part::kSubstream || how == EndSeal::kAlways) seal(header);
}

void Writer::seal(ByteSpan header) {
  running_.update(header.first(kChecksumOffset));
  store_checksum(header.data() + kChecksumOffset, running_.sum(), endian_);
  running_.update(header.subspan(kChecksumOffset));
}

void Writer::append(ByteView bytes) {
  bytes_written_ += bytes.size();
  if (pending_.size() + bytes.size() > kPendingSize) flush();
  if (bytes.size() >= kDirectSize) {
    flush();
    sink_.write(bytes);
    return;
  }
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

void Writer::flush() {
  if (pending_.empty()) return;
  sink_.write(pending_);
  pending_.clear();
}

}  // namespace sealift::stream
