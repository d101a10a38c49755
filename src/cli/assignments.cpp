// SPDX-License-Identifier: Apache-2.0
#include "cli/assignments.h"

#include "base/error.h"

namespace sealift::cli {

Properties parse_assignments(const std::vector<std::string>& texts) {
  Properties properties;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail(ErrorKind::kUsage, "missing '=' for property=value argument '{}'", text);
    }
    const std::string name = text.substr(0, equals);
    if (!properties.emplace(name, text.substr(equals + 1)).second) {
      fail(ErrorKind::kUsage, "property '{}' specified multiple times", name);
    }
  }
  return properties;
}

}  // namespace sealift::cli
