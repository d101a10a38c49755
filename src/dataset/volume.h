// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataset/file_reader.h"

namespace sealift::dataset {

struct VolumeShape {
  std::uint64_t size = 0;        ///< in bytes
  std::uint32_t block_size = 0;  ///< in bytes
};

/// Whether the object set is a volume's.
bool is_volume(const objset::ObjectSet& set);

/// The bytes of a volume, and how they lie. Both throw Error(kDamaged) where there is no size.
FileReader open_volume(Plaintext& from);
VolumeShape shape_of(Plaintext& volume);

}  // namespace sealift::dataset
