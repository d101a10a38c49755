// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/put.h>

#include "os/source_tree.h"

namespace sealift::dataset {

/// What of a directory is put.
class PutFilter {
 public:
  /// `root`: the source's. `request` must outlive this.
  PutFilter(const PutRequest& request, const os::FileStatus& root)
      : request_(request), device_(root.device) {}

  /// Whether a name is left out, with all below it; `path` is that from the source on.
  bool excludes(const std::string& path, const std::string& name) const;
  /// Whether a file is on another file system, and left out for that.
  bool excludes(const os::FileStatus& file) const {
    return is_crossed(file) && !file.is_directory();
  }
  /// Whether a directory is one that another file system is mounted on, and stays empty for that.
  bool is_crossed(const os::FileStatus& directory) const {
    return request_.one_file_system && directory.device != device_;
  }

 private:
  const PutRequest& request_;
  std::uint64_t device_;
};

}  // namespace sealift::dataset
