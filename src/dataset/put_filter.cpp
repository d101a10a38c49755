// SPDX-License-Identifier: Apache-2.0
#include "dataset/put_filter.h"

#include <algorithm>

namespace sealift::dataset {

bool PutFilter::excludes(const std::string& path, const std::string& name) const {
  return std::any_of(request_.exclude.begin(), request_.exclude.end(),
                     [&](const std::string& pattern) {
                       const bool is_path = pattern.find('/') != std::string::npos;
                       return os::matches_pattern(pattern, is_path ? path : name);
                     });
}

}  // namespace sealift::dataset
