// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "crypto/fletcher4.h"
#include "vault/vault.h"

namespace sealift::vault {

/// Reads and verifies blocks ahead of a consumer that wants them in order: worker threads, bounded
/// memory, neighbouring blocks read in one go. One thread requests and takes.
class Fetcher {
 public:
  struct Options {
    std::size_t budget_bytes = 32U << 20;  ///< of blocks in memory at once
    unsigned threads = 2;
    /// Fletcher-4 sums over words of this order are wanted with the blocks.
    std::optional<Endian> word_order;
  };
  /// Valid until the next take().
  struct Block {
    ByteView bytes;
    crypto::FletcherSum sum{};  ///< zero unless wanted
  };
  explicit Fetcher(const Vault& vault) : Fetcher(vault, Options{}) {}
  Fetcher(const Vault& vault, Options options);
  ~Fetcher();

  /// True if another request fits into the budget; if false, take() first.
  bool has_room() const;
  void request(const BlockPointer& pointer);
  /// The oldest request not yet taken. Throws Error(kDamaged) for a block whose checksum is wrong;
  /// that one is taken, and the next ones can be.
  Block take();
  std::size_t pending() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
