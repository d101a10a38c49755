// SPDX-License-Identifier: Apache-2.0
#include "replicate/stream_proof.h"

#include "base/error.h"

namespace sealift::replicate {
namespace {

using catalog::Proof;
using catalog::Prover;

/// A clone has its origin's key.
std::unique_ptr<Prover> find_prover(catalog::KeyHolder& keys, const catalog::Catalog& catalog,
                                    const Arrival& arrival, const Lineage& lineage) {
  std::optional<catalog::DatasetRecord> dataset = lineage.dataset;
  if (!dataset && lineage.base) dataset = catalog.find(lineage.base->id.dataset);
  if (dataset && dataset->key) return keys.find(catalog, *dataset);
  return keys.find(*arrival.wrapping, arrival.dataset_name());
}

[[noreturn]] void refuse_without_key() {
  Error error(ErrorKind::kState,
              "the key is not available, and nothing is to be received unproven");
  error.set_hint("say where the key is with -L, or receive with --verify=auto");
  throw error;
}

}  // namespace

StreamProof::StreamProof(const ProofPolicy& policy, const catalog::Catalog& catalog,
                         const Arrival& arrival, const Lineage& lineage) {
  if (policy.when == ReceiveVerify::kNever || !arrival.wrapping || lineage.is_there) return;
  const bool is_wanted = policy.when == ReceiveVerify::kAlways;
  if (policy.keys != nullptr) prover_ = find_prover(*policy.keys, catalog, arrival, lineage);
  if (!prover_ && is_wanted) refuse_without_key();
  if (!prover_) return;
  const bool lacks_proof = lineage.base && lineage.base->proof != Proof::kProven;
  const bool reads_all = lacks_proof && is_wanted;
  if (lineage.base && !reads_all) made_.known = lineage.base->objset;
  // What an interrupted receive left was perhaps not opened.
  if (lineage.partial || reads_all) made_.blocks = Prover::Made::Blocks::kUnseen;
  aim_ = lacks_proof && !reads_all ? Proved::kWhatCame : Proved::kAll;
}

void StreamProof::open(const stream::Record& record, ByteView payload) {
  if (prover_) prover_->open(record, payload);
}

void StreamProof::prove(const vault::Vault& vault, const vault::BlockPointer& objset) {
  if (!prover_) return;
  made_.objset = objset;
  prover_->prove(vault, made_);
  proved_ = aim_;
}

bool StreamProof::proves_all(const Lineage& now) const {
  if (proved_ != Proved::kAll) return false;
  return made_.known.is_null() || now.base->proof == Proof::kProven;
}

}  // namespace sealift::replicate
