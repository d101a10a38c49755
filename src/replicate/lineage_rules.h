// SPDX-License-Identifier: Apache-2.0
// The single rules of check_lineage(), each with its words. Each refusal names what is compared,
// both values, and a next command that destroys nothing.
#pragma once

#include <sealift/error.h>

#include "replicate/lineage.h"

namespace sealift::replicate {

[[noreturn]] void refuse(ErrorKind kind, std::string message, std::string hint);

/// Equal master keys or never the same lineage (OpenZFS module/zfs/dsl_crypt.c,
/// dsl_crypto_recv_raw_key_check, which leaves the suite out). `name` is the dataset's.
void check_key(const catalog::DatasetRecord& dataset, const Arrival& arrival,
               const std::string& name);

/// Raw increments build on ciphertext: the IVs of the base must be the very same. For existing and
/// new datasets, clones and resumed receives alike.
void check_iv_set(const catalog::SnapshotRecord& base, const Arrival& arrival);

/// What the base was received with stays in force: large blocks, redaction.
void check_features(const catalog::SnapshotRecord& base, const Arrival& arrival);

/// A stream of the same kind of object set.
void check_type(const catalog::DatasetRecord& dataset, const Arrival& arrival,
                const std::string& name);

/// The state of an interrupted receive belongs to this very stream: any difference is refused.
void check_resumed(const catalog::PartialReceive& partial, const Arrival& arrival,
                   const Destination& destination);

}  // namespace sealift::replicate
