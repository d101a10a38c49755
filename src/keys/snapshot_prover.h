// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalog/prover.h"
#include "keys/master_key.h"
#include "keys/record_opener.h"

namespace sealift::keys {

/// Proves what a receive makes.
class SnapshotProver final : public catalog::Prover {
 public:
  explicit SnapshotProver(MasterKey key) : key_(std::move(key)), cipher_(key_), opener_(cipher_) {}

  void open(const stream::Record& record, ByteView payload) override {
    opener_.open(record, payload);
  }
  void prove(const vault::Vault& vault, const Made& made) override;

 private:
  MasterKey key_;
  BlockCipher cipher_;
  RecordOpener opener_;
};

}  // namespace sealift::keys
