// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/error.h"
#include "stream/package_list.h"
#include "stream/reader.h"
#include "stream/rules.h"

namespace sealift::stream {

/// Runs `body`; an Error that it throws tells the record.
template <class Body>
void at_record(const Reader::Item& item, Body&& body) {
  try {
    body();
  } catch (Error& error) {
    error.add_context(name_of(type_of(item.record)));
    error.add_context(fmt::format("record {} at offset {}", item.number, item.offset));
    throw;
  }
}

/// All that can be checked of a stream without a key, as it is read: the rules of a receiver, and
/// that a package holds what its list says. One thread.
class StreamCheck {
 public:
  /// The next record of `reader`. Throws Error: kDamaged, or kRefused for what is well-formed and
  /// cannot be honoured.
  void check(const Reader& reader, const Reader::Item& item);
  /// Behind the last record. Throws Error(kDamaged) if a substream of the list is missing.
  void finish() const;

  bool is_in_substream() const { return rules_.has_value(); }

 private:
  void begin(const Reader& reader, const Begin& begin);

  std::optional<PackageList> list_;  ///< that the package began with, if any
  std::optional<Rules> rules_;       ///< of the substream we are in
};

}  // namespace sealift::stream
