// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "stream/package_list.h"
#include "stream/reader.h"
#include "stream/rules.h"

namespace sealift::stream {

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
