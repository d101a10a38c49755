// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace sealift::os {

/// Bytes of a file from `first` on, that may be others than zeros.
struct DataRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

/// The first such range at or behind `from` in the open file `descriptor` of `size` bytes; all of
/// the rest where the file system does not tell holes. Nothing where only zeros follow. Moves the
/// descriptor's own offset.
std::optional<DataRange> next_data(int descriptor, std::uint64_t from, std::uint64_t size);

/// The size in bytes of an open file or block device.
std::uint64_t size_of(int descriptor);

}  // namespace sealift::os
