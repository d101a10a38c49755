// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "vault/vault.h"

namespace sealift::vault {

/// Reads and verifies blocks ahead of a consumer that wants them in order: worker threads, bounded
/// memory, neighbouring blocks read in one go. One thread requests and takes.
class Fetcher {
 public:
  struct Options {
    std::size_t budget_bytes = 32U << 20;  ///< of blocks in memory at once
    unsigned threads = 2;
  };
  explicit Fetcher(const Vault& vault) : Fetcher(vault, Options{}) {}
  Fetcher(const Vault& vault, Options options);
  ~Fetcher();

  /// True if another request fits into the budget; if false, take() first.
  bool has_room() const;
  void request(const BlockPointer& pointer);
  /// The bytes of the oldest request not yet taken; valid until the next take().
  /// Throws Error(kDamaged) for a block whose checksum is wrong.
  ByteView take();
  std::size_t pending() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
