// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sealift::dataset {

/// "a" and "b" are "a/b", "" and "b" are "b".
inline std::string joined(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + '/' + name;
}

}  // namespace sealift::dataset
