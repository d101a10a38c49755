// SPDX-License-Identifier: Apache-2.0
// A volume is two objects (module/zfs/zvol.c): what it holds, and a ZAP that tells its size.
#include "dataset/put_volume.h"

#include "base/error.h"
#include "dataset/object_types.h"
#include "dataset/zap_writer.h"
#include "dataset/znode_format.h"
#include "os/sparse.h"

namespace sealift::dataset {
namespace {

constexpr std::uint64_t kDefaultBlockBytes = 16384;

void create(SetWriter& writer, const VolumeShape& shape) {
  writer.claim(kVolumeObject);
  writer.create(kVolumeObject, {object_type::kVolume, shape.block_size, 0, 0});
  writer.extend(kVolumeObject, shape.size / shape.block_size - 1);
  const ZapImage properties({{std::string(kVolumeSizeName), 8, {shape.size}}},
                            {os::system_random().guid(), 0});
  writer.claim(kVolumePropertiesObject);
  writer.create(kVolumePropertiesObject,
                {object_type::kVolumeProperties, properties.block_size(), 0, 0});
  properties.each_block([&](std::uint64_t block, ByteView bytes) {
    writer.write(kVolumePropertiesObject, block,
                 writer.maker().make({object_type::kVolumeProperties, Compression{}, bytes}));
  });
}

}  // namespace

VolumeShape shape_of(HeadWriter& head) {
  if (Plaintext* before = head.before()) return shape_of(*before);
  const std::uint64_t size = head.property("volsize", 0);
  if (size == 0) fail(ErrorKind::kState, "nothing says how large the volume is");
  return {size, static_cast<std::uint32_t>(head.property("volblocksize", kDefaultBlockBytes))};
}

void create_volume(HeadWriter& head) {
  create(head.writer(), shape_of(head));
}

void put_volume(HeadWriter& head, const PutRequest& request, PutState& state) {
  const os::SourceFile from(request.source);
  const std::uint64_t size = os::size_of(from.descriptor());
  const VolumeShape shape = shape_of(head);
  if (size > shape.size)
    fail(ErrorKind::kUsage, "{} has {} bytes, and the volume {}", request.source, size, shape.size);
  state.progress.total_bytes = size;
  BytesToPut what{from, size, kVolumeObject, shape.block_size, nullptr};
  bool is_changed = !head.has_contents();
  if (is_changed) {
    create(head.writer(), shape);
  } else {
    what.before = head.before()->get(kVolumeObject);
  }
  BlockPut blocks(head, state);
  is_changed |= blocks.put(what);
  blocks.finish();
  is_changed |= blocks.clear_from(what, what.blocks());
  state.totals.is_changed = is_changed;
}

}  // namespace sealift::dataset
