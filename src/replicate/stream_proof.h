// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/receive.h>

#include "catalog/prover.h"
#include "replicate/lineage.h"

namespace sealift::replicate {

/// When a receive proves, and who has the keys; null: nobody.
struct ProofPolicy {
  ReceiveVerify when = ReceiveVerify::kAuto;
  catalog::KeyHolder* keys = nullptr;
};

/// What a key showed of a snapshot that was received.
enum class Proved : std::uint8_t { kNothing, kWhatCame, kAll };

/// The proof of what one substream brings, if there is to be one.
class StreamProof {
 public:
  StreamProof() = default;
  /// Decides, and finds the key, before anything was received. Throws Error: kWrongKey, or kState
  /// where the key must be at hand and is not.
  StreamProof(const ProofPolicy& policy, const catalog::Catalog& catalog, const Arrival& arrival,
              const Lineage& lineage);

  /// A record between BEGIN and END. Throws Error(kDamaged) if the block in it is not what was
  /// sealed.
  void open(const stream::Record& record, ByteView payload);
  /// What was made of them. Throws Error(kDamaged) unless all of it is proved.
  void prove(const vault::Vault& vault, const vault::BlockPointer& objset);

  Proved proved() const { return proved_; }
  /// Whether the snapshot is proven, what the commit finds there being `now`.
  bool proves_all(const Lineage& now) const;

 private:
  std::unique_ptr<catalog::Prover> prover_;
  catalog::Prover::Made made_;
  Proved aim_ = Proved::kNothing;
  Proved proved_ = Proved::kNothing;
};

}  // namespace sealift::replicate
