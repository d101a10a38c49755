// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>

#include "cli/json.h"
#include "cli/property_text.h"

namespace sealift::cli {

/// How `list -j` and `get -j` print numbers.
struct JsonStyle {
  Precision precision = Precision::kNice;
  bool integers = false;  ///< --json-int: numbers as numbers
};

/// The object of one entry, with an empty "properties".
Json json_entry(const Entry& entry, const JsonStyle& style);
Json json_property(const Property& property, const JsonStyle& style);

}  // namespace sealift::cli
