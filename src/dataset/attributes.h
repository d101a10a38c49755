// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "dataset/plaintext.h"
#include "dataset/sa_format.h"

namespace sealift::dataset {

/// The values of one file's system attributes, as they stand on disk.
class Attributes {
 public:
  struct Value {
    Bytes bytes;
    Endian byte_order = Endian::kLittle;
  };

  const Value* find(Attribute attribute) const {
    const auto& value = values_[static_cast<std::size_t>(attribute)];
    return value ? &*value : nullptr;
  }
  /// An integer of eight bytes, the `index`th of an array; nothing where there is none.
  std::optional<std::uint64_t> number(Attribute attribute, std::size_t index = 0) const;
  /// Keeps the value that is there already.
  void add(Attribute attribute, ByteView bytes, Endian byte_order);

 private:
  std::array<std::optional<Value>, kAttributes> values_;
};

/// What a file system says about its attributes: their numbers and lengths, and the lists of them
/// that files have (sa_format.h). Throws Error(kDamaged) for what cannot be.
class AttributeTables {
 public:
  /// Those of legacy znodes alone.
  AttributeTables();
  /// Those that the SA master node `object` names.
  AttributeTables(Plaintext& from, std::uint64_t object);

  /// The attributes of a file: bonus first, then spill block.
  Attributes read(Plaintext& from, const Object& object) const;
  /// Adds those in a bonus or spill block of type kSystemAttributes to `into`.
  void decode(ByteView buffer, Endian byte_order, Attributes& into) const;

 private:
  struct Registered {
    std::optional<Attribute> attribute;  ///< nothing: one that nobody here knows
    std::uint16_t length = 0;
  };
  using Layout = std::vector<std::uint16_t>;

  void read_registry(Plaintext& from, std::uint64_t object);
  void read_layouts(Plaintext& from, std::uint64_t object);
  std::vector<Registered> resolve(const Layout& layout) const;

  std::map<std::uint16_t, Registered> registry_;
  std::map<std::uint64_t, std::vector<Registered>> layouts_;
};

/// The attributes of a legacy znode, type kZnode.
Attributes decode_legacy_znode(ByteView bonus, Endian byte_order);

}  // namespace sealift::dataset
