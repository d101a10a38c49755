// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/file_system.h"

namespace sealift::serve {

/// The names in one directory by their order, in little memory: some forty bytes each.
class Listing {
 public:
  /// Throws Error(kDamaged).
  Listing(const dataset::FileSystem& files, const dataset::File& directory);

  struct Entry {
    std::string_view name;
    std::uint64_t object;
    std::uint8_t type;  ///< DT_*; 0: not said
  };
  std::size_t size() const { return slots_.size(); }
  Entry operator[](std::size_t index) const;
  /// The object of exactly that name.
  std::optional<std::uint64_t> find(std::string_view name) const;

  /// Names that no Linux system lets a directory have, with a slash or so: they are left out.
  std::uint64_t left_out() const { return left_out_; }
  std::size_t memory_bytes() const { return names_.size() + slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t name_at;
    std::uint64_t object;
    std::uint16_t name_length;
    std::uint8_t type;
  };
  std::string_view name_of(const Slot& slot) const {
    return std::string_view(names_).substr(slot.name_at, slot.name_length);
  }

  std::string names_;  ///< one behind the other
  std::vector<Slot> slots_;
  std::uint64_t left_out_ = 0;
};

/// Whether Linux, and FUSE in it, takes this for the name of a file.
bool is_file_name(std::string_view name);

}  // namespace sealift::serve
