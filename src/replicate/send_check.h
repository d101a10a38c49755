// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/send.h>

#include "catalog/catalog.h"
#include "replicate/sender.h"
#include "vault/vault.h"

namespace sealift::replicate {

/// Throws Error(kRefused), naming the feature and the option, if sending `what` as it is kept
/// takes more than `format` agrees to, and kState if there is nothing to send.
void check_format(const vault::Vault& vault, const SnapshotToSend& what, const SendFormat& format);

/// The wrapping that a stream of `dataset` carries: `id`, or the dataset's own if that is empty.
/// Nothing for a dataset that is not encrypted. Throws Error: kUsage for text that is no id,
/// kState for an unknown one, kRefused if the dataset's own cannot open with its root's key.
std::optional<catalog::Wrapping> choose_wrapping(const catalog::Catalog& catalog,
                                                 const catalog::DatasetRecord& dataset,
                                                 const std::string& id);

}  // namespace sealift::replicate
