// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataset/block_put.h"
#include "dataset/volume.h"

namespace sealift::dataset {

/// Of what the head holds, or is to hold. Throws Error(kState) where nothing says its size.
VolumeShape shape_of(HeadWriter& head);

/// Makes an empty volume, as the properties of its dataset say.
void create_volume(HeadWriter& head);

/// Makes a volume equal to a file or block device; behind its end it holds zeros. Throws
/// Error(kUsage) for a source that is larger.
void put_volume(HeadWriter& head, const PutRequest& request, PutState& state);

}  // namespace sealift::dataset
