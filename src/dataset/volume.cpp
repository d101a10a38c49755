// SPDX-License-Identifier: Apache-2.0
#include "dataset/volume.h"

#include "base/error.h"
#include "dataset/object_types.h"
#include "dataset/zap.h"
#include "dataset/znode_format.h"
#include "stream/record_format.h"

namespace sealift::dataset {

bool is_volume(const objset::ObjectSet& set) {
  return set.begin.type == stream::objset_type::kVolume;
}

FileReader open_volume(Plaintext& from) {
  return in_context("volume", [&] {
    const std::uint64_t size = Zap(from, kVolumePropertiesObject).number(kVolumeSizeName);
    if (size > INT64_MAX) fail(ErrorKind::kDamaged, "a size of {} bytes", size);
    ObjectPtr object = from.get(kVolumeObject);
    if (object->dnode.type != object_type::kVolume)
      fail(ErrorKind::kDamaged, "object {} is of another type", kVolumeObject);
    return FileReader(from, std::move(object), size);
  });
}

VolumeShape shape_of(Plaintext& volume) {
  const FileReader contents = open_volume(volume);
  return {contents.size(), volume.get(kVolumeObject)->block_size()};
}

}  // namespace sealift::dataset
