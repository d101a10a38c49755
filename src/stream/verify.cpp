// SPDX-License-Identifier: Apache-2.0
#include "stream/verify.h"

#include "stream/reader.h"
#include "stream/stream_check.h"

namespace sealift::stream {
namespace {

class Verifier {
 public:
  explicit Verifier(const OnRecord& on_record) : on_record_(on_record) {}

  StreamSummary run(Reader& reader) {
    while (const Reader::Item* item = reader.next()) {
      if (item->number == 0) summary_.big_endian = reader.endian() == Endian::kBig;
      const bool was_inside = check_.is_in_substream();
      check_.check(reader, *item);
      if (was_inside || check_.is_in_substream()) count(*item);
      if (on_record_) at_record(*item, [&] { on_record_(reader, *item); });
    }
    check_.finish();
    summary_.is_package = reader.is_package();
    summary_.records = reader.records();
    summary_.bytes = reader.offset();
    return std::move(summary_);
  }

 private:
  void count(const Reader::Item& item) {
    if (const auto* begin = std::get_if<Begin>(&item.record)) {
      SubstreamSummary& fresh = summary_.substreams.emplace_back();
      fresh.to_name = begin->to_name;
      fresh.to_guid = begin->to_guid;
      fresh.from_guid = begin->from_guid;
      fresh.features = begin->features();
    }
    SubstreamSummary& current = summary_.substreams.back();
    ++current.records;
    current.bytes += kRecordSize + item.payload.size();
  }

  const OnRecord& on_record_;
  StreamSummary summary_;
  StreamCheck check_;
};

}  // namespace

StreamSummary verify(Source& from, const OnRecord& on_record) {
  Reader reader(from);
  return Verifier(on_record).run(reader);
}

StreamSummary verify(Source& from) {
  return verify(from, OnRecord());
}

StreamSummary verify(ByteView stream) {
  Reader reader(stream);
  const OnRecord nobody;
  return Verifier(nobody).run(reader);
}

}  // namespace sealift::stream
