// SPDX-License-Identifier: Apache-2.0
#include "serve/listing.h"

#include <algorithm>

namespace sealift::serve {
namespace {

/// include/uapi/linux/fuse.h of the kernel: FUSE_NAME_MAX; OpenZFS's longest name is a byte less.
constexpr std::size_t kMaxNameBytes = 1023;

}  // namespace

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos;
}

Listing::Listing(const dataset::FileSystem& files, const dataset::File& directory) {
  files.each_entry(directory, [&](const dataset::DirectoryEntry& entry) {
    if (!is_file_name(entry.name)) {
      ++left_out_;
      return true;
    }
    slots_.push_back(
        {names_.size(), entry.object, static_cast<std::uint16_t>(entry.name.size()), entry.type});
    names_ += entry.name;
    return true;
  });
  std::sort(slots_.begin(), slots_.end(),
            [&](const Slot& a, const Slot& b) { return name_of(a) < name_of(b); });
}

Listing::Entry Listing::operator[](std::size_t index) const {
  const Slot& slot = slots_[index];
  return {name_of(slot), slot.object, slot.type};
}

std::optional<std::uint64_t> Listing::find(std::string_view name) const {
  const auto found =
      std::lower_bound(slots_.begin(), slots_.end(), name,
                       [&](const Slot& slot, std::string_view n) { return name_of(slot) < n; });
  if (found == slots_.end() || name_of(*found) != name) return std::nullopt;
  return found->object;
}

}  // namespace sealift::serve
