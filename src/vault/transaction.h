// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "vault/appender.h"

namespace sealift::vault {

/// One atomic commit. Holds the vault's writer lock from construction to destruction, so make
/// one only when all bulk data are appended. Without commit() nothing has happened.
///
/// commit: blocks -> sync -> uberblock -> sync. After it returns the new state is durable.
class Transaction {
 public:
  /// Waits for the writer lock, then reads the newest root, which may be newer than the vault's.
  Transaction(Vault& vault, Appender& appender);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// The state that this commit replaces.
  const Root& base() const;
  /// The number that this commit will have.
  Txg txg() const;

  /// Gives a block back once no retained uberblock and no reader can reach it.
  void release(const BlockPointer& pointer);

  /// Publishes `catalog` as the new root. Moves the vault's own view to it.
  void commit(const BlockPointer& catalog);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
