// SPDX-License-Identifier: Apache-2.0
#include "stream/stream_check.h"

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

}  // namespace

void StreamCheck::check(const Reader& reader, const Reader::Item& item) {
  at_record(item, [&] {
    if (const auto* begin = std::get_if<Begin>(&item.record)) {
      this->begin(reader, *begin);
    } else if (rules_) {
      rules_->check(item.record);
    }
    if (std::holds_alternative<End>(item.record)) rules_.reset();
  });
}

void StreamCheck::begin(const Reader& reader, const Begin& begin) {
  const auto& payload = reader.begin_payload();
  if (begin.header_type() == HeaderType::kCompound) {
    check_package(begin);
    if (payload) list_.emplace(payload->list);
    return;
  }
  if (list_) list_->check(begin);
  rules_.emplace(begin, payload ? &payload->list : nullptr);
}

void StreamCheck::finish() const {
  if (list_) list_->finish();
}

}  // namespace sealift::stream
