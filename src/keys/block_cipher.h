// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "crypto/hmac.h"
#include "keys/dnode_sealing.h"
#include "keys/master_key.h"

namespace sealift::keys {

/// Opens a dataset's blocks with its master key, each with the key that its salt gives
/// (OpenZFS module/os/linux/zfs/zio_crypt.c). One thread; `key` must outlive this.
class BlockCipher {
 public:
  explicit BlockCipher(const MasterKey& key);

  /// Authenticates a block of `object_type` and decrypts it into `plain`, which is as long. Blocks
  /// of types that are not encrypted are copied. False if it is not what was sealed.
  [[nodiscard]] bool open(const stream::Sealing& sealing, std::uint32_t object_type,
                          ByteView stored, ByteSpan plain);
  /// The same for a block of dnodes; decrypts the bonus buffers, one behind the other, in place.
  [[nodiscard]] bool open(const stream::Sealing& sealing, SealedDnodes& dnodes);

  PortableMac portable_mac(ByteView message);

 private:
  crypto::Aead& cipher_of(const stream::Salt& salt);

  const MasterKey& key_;
  crypto::HmacSha512 hmac_;
  std::map<stream::Salt, crypto::Aead> ciphers_;
};

}  // namespace sealift::keys
