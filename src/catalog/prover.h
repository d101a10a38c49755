// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "stream/record.h"
#include "vault/vault.h"

// The seam through which those who have no keys let what they receive be proved. Who has keys
// stands above them and hands in a KeyHolder.

namespace sealift::catalog {

/// Proves with a master key what one substream brings. One thread.
class Prover {
 public:
  virtual ~Prover() = default;

  /// Opens the block in a record's payload, if it has one. Throws Error(kDamaged), naming object
  /// and offset, if that is not what was sealed.
  virtual void open(const stream::Record& record, ByteView payload) = 0;

  /// What was made of the records.
  struct Made {
    BlockPointer objset;
    /// Of the snapshot before. What is unchanged since then is taken for proven. Null: nothing is.
    BlockPointer known;
    /// Whether open() saw every block that is not known.
    enum class Blocks : std::uint8_t { kOpened, kUnseen } blocks = Blocks::kOpened;
  };
  /// Proves all of it up to the portable MAC. Throws Error(kDamaged) for the first fault.
  virtual void prove(const vault::Vault& vault, const Made& made) = 0;
};

/// Finds keys.
class KeyHolder {
 public:
  virtual ~KeyHolder() = default;

  /// For an encrypted dataset; null if its key is not at hand. Throws Error(kWrongKey).
  virtual std::unique_ptr<Prover> find(const Catalog& catalog, const DatasetRecord& dataset) = 0;
  /// For a dataset that is not there yet: `wrapping` came with the stream, `name` is what its
  /// sender calls it.
  virtual std::unique_ptr<Prover> find(const Wrapping& wrapping, const std::string& name) = 0;
};

}  // namespace sealift::catalog
