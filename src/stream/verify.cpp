// SPDX-License-Identifier: Apache-2.0
#include "stream/verify.h"

#include "base/error.h"
#include "stream/package_list.h"
#include "stream/reader.h"
#include "stream/rules.h"

namespace sealift::stream {
namespace {

/// A package's own BEGIN: nothing in it but its name, features and payload.
void check_package(const Begin& begin) {
  const bool plain = begin.creation_time == 0 && begin.type == objset_type::kNone &&
                     begin.flags == 0 && begin.to_guid == 0 && begin.from_guid == 0;
  if (!plain) fail(ErrorKind::kDamaged, "a package's BEGIN has fields of a substream");
  if ((begin.features() & ~feature::kKnown) != 0 || begin.version_info >> 58 != 0) {
    fail(ErrorKind::kRefused, "the package has unknown features: {}",
         name_features(begin.features() & ~feature::kKnown));
  }
}

class Verifier {
 public:
  explicit Verifier(const OnRecord& on_record) : on_record_(on_record) {}

  StreamSummary run(Reader& reader) {
    while (const Reader::Item* item = reader.next()) {
      if (item->number == 0) summary_.big_endian = reader.endian() == Endian::kBig;
      try {
        check(reader, *item);
        if (on_record_) on_record_(reader, *item);
      } catch (Error& error) {
        error.add_context(name_of(type_of(item->record)));
        error.add_context(fmt::format("record {} at offset {}", item->number, item->offset));
        throw;
      }
    }
    if (list_) list_->finish();
    summary_.is_package = reader.is_package();
    summary_.records = reader.records();
    summary_.bytes = reader.offset();
    return std::move(summary_);
  }

 private:
  void check(const Reader& reader, const Reader::Item& item) {
    if (const auto* begin = std::get_if<Begin>(&item.record)) {
      this->begin(reader, *begin);
    } else if (rules_) {
      rules_->check(item.record);
    }
    if (!rules_) return;
    SubstreamSummary& current = summary_.substreams.back();
    ++current.records;
    current.bytes += kRecordSize + item.payload.size();
    if (std::holds_alternative<End>(item.record)) rules_.reset();
  }

  void begin(const Reader& reader, const Begin& begin) {
    const auto& payload = reader.begin_payload();
    if (begin.header_type() == HeaderType::kCompound) {
      check_package(begin);
      if (payload) list_.emplace(payload->list);
      return;
    }
    if (list_) list_->check(begin);
    rules_.emplace(begin, payload ? &payload->list : nullptr);
    SubstreamSummary& summary = summary_.substreams.emplace_back();
    summary.to_name = begin.to_name;
    summary.to_guid = begin.to_guid;
    summary.from_guid = begin.from_guid;
    summary.features = begin.features();
  }

  const OnRecord& on_record_;
  StreamSummary summary_;
  std::optional<PackageList> list_;  ///< that the package began with, if any
  std::optional<Rules> rules_;       ///< of the substream we are in
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
