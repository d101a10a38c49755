// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/receive.h>

#include "catalog/catalog.h"
#include "catalog/name.h"
#include "replicate/arriving_package.h"
#include "replicate/lineage.h"

namespace sealift::replicate {

/// Works out where each substream of a receive goes (OpenZFS lib/libzfs/libzfs_sendrecv.c,
/// zfs_receive_one).
class Destinations {
 public:
  /// `top` is the dataset that was sent. `request` must outlive this. Throws Error(kUsage) where
  /// the target's name cannot be, and does not suit the naming.
  Destinations(const ReceiveRequest& request, std::string top);

  /// Where the topmost dataset goes.
  std::string top() const { return dataset_for(sent_top_); }
  /// By names alone. Throws Error(kDamaged) where the stream is not of `top` or below it.
  Destination of(const Arrival& arrival) const;
  /// The same, but in a package a dataset that has another name here is found by the guid of what
  /// the stream builds on, and a new one's parent by the guid that `entry` names.
  Destination of(const Arrival& arrival, const ArrivingDataset* entry,
                 const catalog::Catalog& catalog) const;

 private:
  std::string dataset_for(const std::string& sent) const;

  const ReceiveRequest& request_;
  std::string sent_top_;
  catalog::Name target_;
};

}  // namespace sealift::replicate
