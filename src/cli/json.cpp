// SPDX-License-Identifier: Apache-2.0
#include "cli/json.h"

#include <fmt/format.h>

namespace sealift::cli {

Json json_document(std::string_view command, std::string_view of, Json contents) {
  return {{"output_version", {{"command", command}, {"vers_major", 0}, {"vers_minor", 1}}},
          {of, std::move(contents)}};
}

void print(const Json& document) {
  constexpr int kOneLine = -1;
  fmt::print("{}\n", document.dump(kOneLine, ' ', false, Json::error_handler_t::replace));
}

}  // namespace sealift::cli
