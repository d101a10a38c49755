// SPDX-License-Identifier: Apache-2.0
#include "objset/file_generation.h"

namespace sealift::objset {
namespace {

constexpr std::uint32_t kZnodeBonus = 17;            // DMU_OT_ZNODE
constexpr std::uint32_t kSystemAttributeBonus = 44;  // DMU_OT_SA
constexpr std::size_t kZnodeGeneration = 64;
constexpr std::size_t kLayoutInfo = 4;
constexpr std::size_t kAttributeGeneration = 16;  // behind the header

/// The header's size in units of 8 bytes is in the upper six bits of its layout.
std::size_t header_size(ByteView bonus, Endian byte_order) {
  constexpr unsigned size_shift = 10;
  if (bonus.size() < kLayoutInfo + 2) return bonus.size();
  return (load<std::uint16_t>(bonus.data() + kLayoutInfo, byte_order) >> size_shift) * 8U;
}

}  // namespace

std::optional<std::uint64_t> file_generation(std::uint32_t bonus_type, ByteView bonus,
                                             Endian byte_order) {
  std::size_t at = kZnodeGeneration;
  if (bonus_type == kSystemAttributeBonus) {
    at = header_size(bonus, byte_order) + kAttributeGeneration;
  } else if (bonus_type != kZnodeBonus) {
    return std::nullopt;
  }
  if (bonus.size() < at + sizeof(std::uint64_t)) return std::nullopt;
  return load<std::uint64_t>(bonus.data() + at, byte_order);
}

}  // namespace sealift::objset
