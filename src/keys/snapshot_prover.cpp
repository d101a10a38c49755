// SPDX-License-Identifier: Apache-2.0
#include "keys/snapshot_prover.h"

#include "base/error.h"
#include "keys/verifier.h"

namespace sealift::keys {
namespace {

Depth depth_for(const catalog::Prover::Made& made) {
  return made.blocks == catalog::Prover::Made::Blocks::kOpened ? Depth::kRoot : Depth::kBlocks;
}

}  // namespace

void SnapshotProver::prove(const vault::Vault& vault, const Made& made) {
  const objset::ObjectSet set = objset::read_object_set(vault, made.objset);
  std::optional<objset::ObjectSet> known;
  if (!made.known.is_null()) known = objset::read_object_set(vault, made.known);
  std::optional<Fault> first;
  Verifier verifier(vault, &key_, depth_for(made), [&](const Fault& fault) {
    if (!first) first = fault;
  });
  const VerifyTotals totals = verifier.verify(set, known ? &*known : nullptr);
  if (!first) return;
  const std::string more =
      totals.faults == 1 ? "" : fmt::format(" ({} faults in all)", totals.faults);
  throw Error(ErrorKind::kDamaged, describe(*first) + more);
}

}  // namespace sealift::keys
