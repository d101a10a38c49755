// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dataset/zap.h"

namespace sealift::dataset {

/// A leaf of a fat ZAP. The constructor throws Error(kDamaged) for a block that is none.
class ZapLeaf {
 public:
  ZapLeaf(Block block, unsigned block_shift);

  std::uint64_t prefix() const { return prefix_; }
  unsigned prefix_bits() const { return prefix_bits_; }

  /// False as soon as `visit` is. Throws Error(kDamaged).
  bool each(const Zap::Visit& visit) const;
  std::optional<ZapEntry> find(std::string_view name, std::uint64_t hash) const;

 private:
  const std::uint8_t* chunk(std::size_t number, std::uint8_t type) const;
  template <class T>
  T field(const std::uint8_t* chunk, std::size_t offset) const {
    return load<T>(chunk + offset, block_.byte_order);
  }
  void read_entry(const std::uint8_t* entry, ZapEntry& into) const;
  void read_name(const std::uint8_t* entry, std::string& into) const;
  void read_value(const std::uint8_t* entry, ZapEntry& into) const;
  void read_array(std::uint16_t first, ByteSpan into) const;

  Block block_;
  unsigned block_shift_;
  std::uint64_t prefix_ = 0;
  unsigned prefix_bits_ = 0;
};

}  // namespace sealift::dataset
