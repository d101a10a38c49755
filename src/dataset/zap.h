// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/plaintext.h"

namespace sealift::dataset {

/// A name and its value: integers of 1, 2, 4 or 8 bytes.
struct ZapEntry {
  std::string name;
  std::uint8_t integer_bytes = 8;
  std::vector<std::uint64_t> integers;

  /// The value of one integer of eight bytes. Throws Error(kDamaged) where it is none.
  std::uint64_t number() const;
};

class ZapLeaf;

/// Reads a ZAP, micro or fat (zap_format.h). `from` must outlive it; one thread.
///
/// All throw Error(kDamaged), naming the object, for what OpenZFS could not have written, before
/// allocating for it. Time and memory are bounded by the blocks that the object really has.
class Zap {
 public:
  Zap(Plaintext& from, ObjectPtr object);
  Zap(Plaintext& from, std::uint64_t object) : Zap(from, from.get(object)) {}

  /// What names are compared under (normalization::*); 0: by their bytes.
  std::uint64_t normalization() const { return normalization_; }

  /// Each entry once, in no order, until `visit` returns false. The entry is valid during the call.
  using Visit = std::function<bool(const ZapEntry&)>;
  void each(const Visit& visit);

  /// The entry of exactly that name.
  std::optional<ZapEntry> find(std::string_view name);
  /// The number of that name; throws Error(kDamaged) if there is none.
  std::uint64_t number(std::string_view name);

 private:
  template <class Body>
  decltype(auto) in_object(Body&& body);
  void open_micro();
  void open_fat();
  void each_micro(const Visit& visit);
  void each_fat(const Visit& visit);
  std::optional<ZapEntry> find_by_hash(std::string_view name);
  std::uint64_t leaf_at(std::uint64_t index);
  ZapLeaf read_leaf(std::uint64_t index);

  Plaintext& from_;
  ObjectPtr object_;
  Block header_;  ///< the first block
  bool is_micro_ = false;
  std::uint64_t normalization_ = 0;
  std::uint64_t salt_ = 0;
  // Of a fat one:
  std::uint64_t flags_ = 0;
  std::uint64_t table_block_ = 0;  ///< of the pointer table
  std::uint64_t table_blocks_ = 0;
  unsigned table_shift_ = 0;
  unsigned block_shift_ = 0;
  Block table_;  ///< the block of the table that was read last
  std::uint64_t table_number_ = 0;
};

}  // namespace sealift::dataset
