// SPDX-License-Identifier: Apache-2.0
#include "objset/plain_geometry.h"

#include "objset/object_type.h"

namespace sealift::objset {
namespace {

/// The first block behind the pointer of `level` in which block `block` lies.
std::uint64_t end_of_span(const Geometry& geometry, unsigned level, std::uint64_t block) {
  return geometry.blocks_of(level, geometry.ancestor(block, level)).end;
}

/// Where the furthest hole of a tree of `levels` levels would end. The sender tells of holes
/// behind the last block only for metadata (module/zfs/dmu_send.c, send_cb).
std::uint64_t furthest_end(const Dnode& dnode, std::uint8_t levels) {
  Geometry geometry = dnode.geometry;
  geometry.levels = levels;
  if (is_metadata_type(dnode.type)) return geometry.capacity();
  return end_of_span(geometry, levels - 1U, dnode.max_block);
}

}  // namespace

std::uint8_t levels_for(const Geometry& now, std::uint64_t max_block) {
  Geometry wanted = now;
  while (wanted.levels < kMaxLevels && wanted.capacity() <= max_block) ++wanted.levels;
  return wanted.levels;
}

std::uint8_t levels_of_hole(const Dnode& dnode, std::uint64_t end) {
  std::uint8_t levels = dnode.geometry.levels;
  if (end == UINT64_MAX) end = UINT64_MAX / dnode.block_size + 1;
  while (levels < kMaxLevels && furthest_end(dnode, levels) < end) ++levels;
  return levels;
}

}  // namespace sealift::objset
