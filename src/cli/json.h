// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace sealift::cli {

/// What -j prints: members stay in the order in which they were put in.
using Json = nlohmann::ordered_json;

/// A document as zfs's are, version 0.1: `command` is "zfs list", `contents` is its member `of`.
Json json_document(std::string_view command, std::string_view of, Json contents);

/// Prints it on one line. What is not UTF-8 (a name, a property's value) becomes U+FFFD there.
void print(const Json& document);

}  // namespace sealift::cli
