// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "dataset/plaintext.h"
#include "dataset/sa_format.h"
#include "dataset/set_writer.h"

namespace sealift::dataset {

/// A system attribute and its value as it stands on disk.
struct AttributeValue {
  Attribute attribute;
  Bytes bytes;

  static AttributeValue number(Attribute attribute, std::uint64_t value);
  static AttributeValue numbers(Attribute attribute, std::uint64_t first, std::uint64_t second);
};
using AttributeValues = std::vector<AttributeValue>;

/// A file's attributes laid out: in its bonus, and where that is too small in a spill block.
struct AttributeBuffers {
  Bytes bonus;
  Bytes spill;  ///< whole sectors; empty: none
};

/// Writes system attributes (sa_format.h) as OpenZFS lays them out (module/zfs/sa.c), with the
/// numbers and layouts that the file system has, and new layouts where it has none yet.
class AttributeWriter {
 public:
  /// Of a new file system, whose SA master node is `object`.
  AttributeWriter(SetWriter& writer, std::uint64_t object);
  /// Of one that stands, whose tables are read.
  AttributeWriter(SetWriter& writer, std::uint64_t object, Plaintext& from);

  /// Lays `values` out in a bonus of `room` bytes.
  AttributeBuffers encode(const AttributeValues& values, std::size_t room);

  /// Writes the tables where they changed. Call once, at the end.
  void finish();

 private:
  using Layout = std::vector<std::uint16_t>;
  struct Split {
    std::size_t in_bonus;  ///< values
    std::size_t spill_bytes;
  };

  void register_all();
  std::uint16_t number_of(Attribute attribute) const;
  std::uint64_t layout_number(const Layout& layout);
  Split split(const AttributeValues& values, std::size_t room) const;
  Bytes encode_part(const AttributeValues& values, std::size_t first, std::size_t end);

  SetWriter& writer_;
  std::uint64_t master_;
  std::uint64_t registry_object_ = 0;
  std::uint64_t layouts_object_ = 0;
  std::map<Attribute, std::uint16_t> numbers_;
  std::map<std::string, std::uint64_t> registry_;  ///< as it stands on disk
  std::map<Layout, std::uint64_t> layouts_;
  std::uint64_t next_layout_ = kFirstLayout;
  bool registry_changed_ = false;
  bool layouts_changed_ = false;
};

}  // namespace sealift::dataset
