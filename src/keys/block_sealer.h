// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "crypto/hmac.h"
#include "keys/dnode_sealing.h"
#include "keys/master_key.h"

namespace sealift::keys {

/// Seals a dataset's blocks with its master key, as OpenZFS does it (module/os/linux/zfs/
/// zio_crypt.c): each with a random IV, under a key that a random salt gives. A sealer has a salt
/// of its own, and takes another after as many blocks as OpenZFS would, so an IV does not return.
/// One thread; several sealers may work with one key. `key` and `random` must outlive this.
class BlockSealer {
 public:
  BlockSealer(const MasterKey& key, const os::Random& random);

  /// Encrypts `bytes`, a block of `object_type` as it is to be stored, in place. Blocks of types
  /// that are not encrypted stay as they are, and are authenticated.
  stream::Sealing seal(std::uint32_t object_type, ByteSpan bytes);
  /// The same for a block of dnodes: its bonus buffers are encrypted.
  stream::Sealing seal(SealedDnodes& dnodes);

 private:
  stream::Sealing seal_bound(ByteView associated, ByteSpan bytes);
  void take_salt();
  stream::Iv next_iv();

  const MasterKey& key_;
  const os::Random& random_;
  crypto::HmacSha512 hmac_;
  std::optional<crypto::Aead> cipher_;
  stream::Salt salt_{};
  std::uint64_t uses_ = 0;
  Bytes ivs_;  ///< random, those from `next_` on not used yet
  std::size_t next_ = 0;
};

}  // namespace sealift::keys
