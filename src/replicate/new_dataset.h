// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replicate/receiver.h"

namespace sealift::replicate {

/// What a dataset is made from. All must outlive the call.
struct NewDataset {
  const Arrival& arrival;
  const Destination& destination;
  const Lineage& lineage;
  const Attachments& attachments;
};

/// Makes the dataset that a stream brings, and its parents where that was asked for. A sealed one
/// gets a key record: the stream's wrapping is its own, its encryption root itself or what
/// `attachments` finds; a clone has its origin's key, wrapping and root.
catalog::DatasetRecord make_dataset(catalog::Change& change, const NewDataset& what);

/// A dataset without snapshots that a full stream overwrites becomes what that is of.
void become_type(catalog::Catalog& catalog, catalog::DatasetId id, const Arrival& arrival);

}  // namespace sealift::replicate
