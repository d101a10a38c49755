// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "dataset/file_system.h"

namespace sealift::dataset {

/// Finds the paths of files by their numbers, through the parent that each file names. `files` must
/// outlive it; one thread.
class PathFinder {
 public:
  explicit PathFinder(const FileSystem& files) : files_(files) {}

  /// "/2024/list.txt"; of a file with several names, one of them. Nothing for a file that no
  /// directory has. Throws Error(kDamaged).
  std::optional<std::string> path_of(const File& file);

 private:
  using Names = std::unordered_map<std::uint64_t, std::string>;  ///< by object
  const Names& names_in(std::uint64_t directory);

  const FileSystem& files_;
  std::list<std::pair<std::uint64_t, Names>> directories_;  ///< the last ones used, newest first
};

}  // namespace sealift::dataset
