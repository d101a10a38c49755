// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/endian.h"
#include "objset/geometry.h"
#include "stream/nvlist.h"
#include "stream/record.h"

/// What raw streams, and only they, tell of the shape of an object set.
namespace sealift::objset {

struct MetaShape {
  Geometry geometry;
  std::uint64_t max_block = 0;
};
/// That of the meta-dnode, from BEGIN's crypt_keydata (module/zfs/dsl_crypt.c). Throws Error:
/// kDamaged for a shape that cannot be, kRefused for blocks that are not of kDnodeBlockBytes.
MetaShape meta_shape_of(const stream::Nvlist& keydata);

Geometry geometry_of(const stream::Object& record);

/// The byte order of a block, in a stream of `stream` order, from its record's flags.
Endian block_order(Endian stream, std::uint8_t record_flags);

}  // namespace sealift::objset
