// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sealift::dataset {

/// A name and its value: integers of 1, 2, 4 or 8 bytes.
struct ZapItem {
  std::string name;
  std::uint8_t integer_bytes = 8;
  std::vector<std::uint64_t> integers;
};

/// How a ZAP is laid out. The same items under the same salt always give the same blocks, so that
/// after a change few of them differ.
struct ZapShape {
  std::uint64_t salt = 0;           ///< not 0
  std::uint64_t normalization = 0;  ///< normalization::*, kept for whoever looks names up
};

/// A ZAP to be written (zap_format.h): micro where it can be, as OpenZFS would have it, else fat.
/// Throws Error(kRefused) for a name that no ZAP can have. Names must differ.
class ZapImage {
 public:
  ZapImage(std::vector<ZapItem> items, const ZapShape& shape);

  std::uint32_t block_size() const { return block_size_; }
  std::uint64_t blocks() const { return blocks_; }

  /// Each block in the order of their numbers; valid during the call.
  using Visit = std::function<void(std::uint64_t block, ByteView bytes)>;
  void each_block(const Visit& visit) const;

 private:
  /// An item with what its place follows from.
  struct Placed {
    std::uint64_t hash;
    std::uint32_t differentiator;  ///< among those of equal hash
    const ZapItem* item;
  };
  /// A leaf: the items from `first` to `end`, whose hashes begin with `prefix`.
  struct Leaf {
    std::size_t first;
    std::size_t end;
    std::uint64_t prefix;
    unsigned prefix_bits;
  };

  bool fits_micro() const;
  void place();
  void split(const Leaf& leaf);
  Bytes micro_block() const;
  Bytes header_block() const;
  std::vector<std::uint64_t> table() const;
  Bytes leaf_block(const Leaf& leaf) const;

  std::vector<ZapItem> items_;
  ZapShape shape_;
  bool is_micro_ = false;
  std::uint32_t block_size_ = 0;
  std::uint64_t blocks_ = 1;
  std::vector<Placed> placed_;  ///< by hash
  // Of a fat one:
  std::vector<Leaf> leaves_;
  unsigned table_shift_ = 0;
  std::uint64_t table_blocks_ = 0;  ///< 0: the table is in the header
};

}  // namespace sealift::dataset
