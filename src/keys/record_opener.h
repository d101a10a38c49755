// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/block_cipher.h"
#include "stream/record.h"

namespace sealift::keys {

/// Opens the blocks that the records of a raw stream carry, one substream's in their order.
/// `cipher` must outlive it.
class RecordOpener {
 public:
  explicit RecordOpener(BlockCipher& cipher) : cipher_(cipher) {}

  /// A record between BEGIN and END. Throws Error(kDamaged), naming object and offset, for a block
  /// that is not what was sealed.
  void open(const stream::Record& record, ByteView payload);

 private:
  bool opens(const stream::Sealing& sealing, std::uint32_t object_type, ByteView payload);

  BlockCipher& cipher_;
  std::uint32_t bonus_type_ = 0;  ///< of the last OBJECT
  Bytes plain_;
};

}  // namespace sealift::keys
