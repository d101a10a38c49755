// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
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
  /// Work on a block whose checksum was found right, by the thread that found it so: there its
  /// bytes are in the cache. Several are at work at once. What it throws take() throws.
  using Check = std::function<void(ByteView bytes)>;
  void request(const BlockPointer& pointer, Check check = {});
  /// The oldest request not yet taken. Throws Error(kDamaged) for a block whose checksum is wrong,
  /// and what its check threw; that one is taken, and the next ones can be.
  Block take();
  std::size_t pending() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
