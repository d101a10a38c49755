// SPDX-License-Identifier: Apache-2.0
#include "objset/raw_shape.h"

#include "base/error.h"
#include "objset/dnode.h"

namespace sealift::objset {
namespace {

std::uint64_t field(const stream::Nvlist& keydata, std::string_view name) {
  const auto value = keydata.get_u64(name);
  if (!value) fail(ErrorKind::kDamaged, "crypt_keydata has no {}", name);
  return *value;
}

}  // namespace

MetaShape meta_shape_of(const stream::Nvlist& keydata) {
  MetaShape shape;
  shape.geometry.levels = static_cast<std::uint8_t>(field(keydata, "mdn_nlevels"));
  shape.geometry.pointers = static_cast<std::uint8_t>(field(keydata, "mdn_nblkptr"));
  shape.geometry.indirect_shift = static_cast<std::uint8_t>(field(keydata, "mdn_indblkshift"));
  shape.max_block = field(keydata, "mdn_maxblkid");
  if (field(keydata, "mdn_blksz") != kDnodeBlockBytes)
    fail(ErrorKind::kRefused, "the meta-dnode's blocks are not of {} bytes", kDnodeBlockBytes);
  if (!shape.geometry.is_valid() || shape.max_block >= stream::kMaxObject / kSlotsPerBlock)
    fail(ErrorKind::kDamaged, "the meta-dnode has an impossible shape");
  return shape;
}

Geometry geometry_of(const stream::Object& record) {
  Geometry geometry{record.levels, record.block_pointers, record.indirect_block_shift};
  if (record.indirect_block_shift == 0) geometry.indirect_shift = kMaxIndirectShift;
  return geometry;
}

Endian block_order(Endian stream, std::uint8_t record_flags) {
  const bool swapped = (record_flags & stream::record_flag::kRawByteswap) != 0;
  if (!swapped) return stream;
  return stream == Endian::kLittle ? Endian::kBig : Endian::kLittle;
}

}  // namespace sealift::objset
