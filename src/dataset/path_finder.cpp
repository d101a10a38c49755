// SPDX-License-Identifier: Apache-2.0
#include "dataset/path_finder.h"

#include <algorithm>

#include "base/error.h"

namespace sealift::dataset {
namespace {

constexpr std::size_t kMaxDirectories = 64;
/// Directories above one another: more no path of Linux has (PATH_MAX), but a loop.
constexpr int kMaxDepth = 2048;

}  // namespace

const PathFinder::Names& PathFinder::names_in(std::uint64_t directory) {
  const auto found = std::find_if(directories_.begin(), directories_.end(),
                                  [&](const auto& each) { return each.first == directory; });
  if (found != directories_.end()) {
    directories_.splice(directories_.begin(), directories_, found);
    return directories_.front().second;
  }
  Names names;
  const File file = files_.file(directory);
  if (file.is_directory())
    files_.each_entry(file, [&](const DirectoryEntry& entry) {
      names.try_emplace(entry.object, entry.name);
      return true;
    });
  directories_.emplace_front(directory, std::move(names));
  if (directories_.size() > kMaxDirectories) directories_.pop_back();
  return directories_.front().second;
}

std::optional<std::string> PathFinder::path_of(const File& file) {
  std::string path;
  std::uint64_t number = file.number();
  std::uint64_t parent = file.parent;
  for (int depth = 0; number != files_.root(); ++depth) {
    if (depth == kMaxDepth) fail(ErrorKind::kDamaged, "directories that form a loop");
    if (files_.plaintext().find(parent) == nullptr) return std::nullopt;
    const Names& names = names_in(parent);
    const auto name = names.find(number);
    if (name == names.end()) return std::nullopt;
    path.insert(0, "/" + name->second);
    number = parent;
    if (number != files_.root()) parent = files_.file(number).parent;
  }
  return path.empty() ? "/" : path;
}

}  // namespace sealift::dataset
