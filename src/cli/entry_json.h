// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/property_text.h"

namespace sealift::cli {

/// How `list -j` and `get -j` print numbers.
struct JsonStyle {
  Precision precision = Precision::kNice;
  bool integers = false;  ///< --json-int: numbers as numbers
};

/// An empty document of zfs's schema for `command` ("list"), version 0.1.
nlohmann::ordered_json json_document(std::string_view command);
/// The object of one entry, with an empty "properties".
nlohmann::ordered_json json_entry(const Entry& entry, const JsonStyle& style);
nlohmann::ordered_json json_property(const Property& property, const JsonStyle& style);

}  // namespace sealift::cli
