// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dataset/compress.h"
#include "keys/block_sealer.h"
#include "objset/entry.h"

namespace sealift::dataset {

/// A block as it is to be stored, and its pointer without an address and a birth.
struct MadeBlock {
  objset::Entry entry;
  Bytes stored;
};

/// What a block is made from.
struct PlainBlock {
  std::uint32_t object_type = 0;
  Compression compression;
  ByteView bytes;
};

/// Makes blocks of a dataset: compressed, sealed where it is encrypted, with the checksum that
/// OpenZFS would tell of them. One thread; several makers may work on one dataset.
class BlockMaker {
 public:
  /// `key`: null for a dataset that is not encrypted. Both must outlive this.
  BlockMaker(const keys::MasterKey* key, const os::Random& random);

  MadeBlock make(const PlainBlock& plain);

  /// Null where it does not seal.
  keys::BlockSealer* sealer() { return sealer_ ? &*sealer_ : nullptr; }

 private:
  Compressor compressor_;
  std::optional<keys::BlockSealer> sealer_;
};

}  // namespace sealift::dataset
