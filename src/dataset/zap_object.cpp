// SPDX-License-Identifier: Apache-2.0
#include "dataset/zap_object.h"

#include "dataset/zap_format.h"
#include "os/random.h"

namespace sealift::dataset {
namespace {

/// The salt and normalization that a ZAP has; nothing where it has no block yet.
std::optional<ZapShape> shape_of(const ZapBefore& before) {
  if (before.from == nullptr || !before.object) return std::nullopt;
  const auto first = before.from->read(*before.object, 0);
  if (!first || first->byte_order != Endian::kLittle || first->bytes.size() < 512)
    return std::nullopt;
  const auto word = [&](std::size_t offset) {
    return load<std::uint64_t>(first->bytes.data() + offset, Endian::kLittle);
  };
  if (word(0) == zap_block::kMicro)
    return ZapShape{word(micro_zap::kSaltOffset), word(micro_zap::kNormalizationOffset)};
  return ZapShape{word(fat_zap::kSaltOffset), word(fat_zap::kNormalizationOffset)};
}

}  // namespace

std::uint64_t create_zap(SetWriter& writer, std::uint32_t type) {
  const std::uint64_t object = writer.allocate();
  writer.create(object, {type, 512, 0, 0});
  return object;
}

void write_zap(SetWriter& writer, std::uint64_t object, std::vector<ZapItem> items,
               const ZapBefore& before) {
  const auto known = shape_of(before);
  const ZapImage image(std::move(items),
                       known.value_or(ZapShape{os::system_random().guid() | 1, 0}));
  const objset::Dnode& dnode = writer.edit(object);
  const std::uint32_t type = dnode.type;
  const bool keeps = known && dnode.block_size == image.block_size();
  if (dnode.block_size != image.block_size()) writer.reshape(object, image.block_size());
  image.each_block([&](std::uint64_t block, ByteView bytes) {
    if (keeps && block <= before.object->dnode.max_block) {
      const auto old = before.from->read(*before.object, block);
      if (old && equal(bytes, old->bytes)) return;
    }
    writer.write(object, block, writer.maker().make({type, Compression{}, bytes}));
  });
  writer.truncate(object, image.blocks());
}

}  // namespace sealift::dataset
