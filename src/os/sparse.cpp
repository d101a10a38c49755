// SPDX-License-Identifier: Apache-2.0
#include "os/sparse.h"

#include <unistd.h>

#include <cerrno>

#include "os/errno.h"

namespace sealift::os {

std::optional<DataRange> next_data(int descriptor, std::uint64_t from, std::uint64_t size) {
  if (from >= size) return std::nullopt;
  const off_t first = ::lseek(descriptor, static_cast<off_t>(from), SEEK_DATA);
  if (first < 0 && errno == ENXIO) return std::nullopt;
  if (first < 0) return DataRange{from, size};
  const off_t end = ::lseek(descriptor, first, SEEK_HOLE);
  const auto begin = static_cast<std::uint64_t>(first);
  if (begin >= size) return std::nullopt;
  if (end <= first || static_cast<std::uint64_t>(end) > size) return DataRange{begin, size};
  return DataRange{begin, static_cast<std::uint64_t>(end)};
}

std::uint64_t size_of(int descriptor) {
  const off_t end = ::lseek(descriptor, 0, SEEK_END);
  if (end < 0) fail_errno("find the size of", "a file");
  return static_cast<std::uint64_t>(end);
}

}  // namespace sealift::os
