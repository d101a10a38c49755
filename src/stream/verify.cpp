// SPDX-License-Identifier: Apache-2.0
#include <sealift/stream.h>

#include "stream/reader.h"
#include "stream/stream_check.h"

namespace sealift::stream {
namespace {

class Verifier {
 public:
  StreamSummary run(Reader& reader) {
    while (const Reader::Item* item = reader.next()) {
      if (item->number == 0) summary_.big_endian = reader.endian() == Endian::kBig;
      const bool was_inside = check_.is_in_substream();
      check_.check(reader, *item);
      if (was_inside || check_.is_in_substream()) count(*item);
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

  StreamSummary summary_;
  StreamCheck check_;
};

}  // namespace

StreamSummary verify(Source& from) {
  Reader reader(from);
  return Verifier().run(reader);
}

StreamSummary verify(ByteView stream) {
  Reader reader(stream);
  return Verifier().run(reader);
}

}  // namespace sealift::stream
