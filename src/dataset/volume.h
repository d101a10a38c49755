// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataset/file_reader.h"

namespace sealift::dataset {

/// Whether the object set is a volume's.
bool is_volume(const objset::ObjectSet& set);

/// The bytes of a volume. Throws Error(kDamaged) where there is no size.
FileReader open_volume(Plaintext& from);

}  // namespace sealift::dataset
