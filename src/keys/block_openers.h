// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "keys/block_cipher.h"

namespace sealift::keys {

/// Opens blocks on as many threads as call: each has a cipher to itself while it is at work.
class BlockOpeners {
 public:
  /// `key` must outlive this.
  explicit BlockOpeners(const MasterKey& key) : key_(key) {}

  /// Whether `stored` is what was sealed; what was decrypted is not kept.
  bool opens(const stream::Sealing& sealing, std::uint32_t object_type, ByteView stored);

 private:
  struct Opener {
    explicit Opener(const MasterKey& key) : cipher(key) {}
    BlockCipher cipher;
    Bytes plain;
  };
  /// One that is idle, or a new one.
  std::unique_ptr<Opener> borrow();
  void give_back(std::unique_ptr<Opener> opener);

  const MasterKey& key_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Opener>> idle_;
};

}  // namespace sealift::keys
