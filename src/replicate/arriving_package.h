// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/records.h"
#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::replicate {

using ReceivedProperties = std::vector<std::pair<std::string, catalog::PropertyValue>>;

/// What a package's list tells of one snapshot.
struct ArrivingSnapshot {
  std::string name;
  std::uint64_t guid = 0;
  ReceivedProperties properties;
  std::vector<std::string> holds;  ///< tags
};

/// What it tells of one dataset.
struct ArrivingDataset {
  std::string name;               ///< at the sender
  std::uint64_t parent_guid = 0;  ///< of the snapshot to find the parent by; 0 for the topmost
  std::uint64_t origin_guid = 0;  ///< 0 unless a clone
  bool is_encryption_root = false;
  std::optional<ReceivedProperties> properties;
  std::vector<ArrivingSnapshot> snapshots;

  const ArrivingSnapshot* find(std::uint64_t guid) const;
};

/// The list in the BEGIN of a package (lib/libzfs/libzfs_sendrecv.c, send_iterate_fs): all
/// datasets and snapshots of the source, whether or not they are in the package as streams.
class ArrivingPackage {
 public:
  /// Throws Error(kDamaged) where the list is not what OpenZFS makes.
  ArrivingPackage(const stream::Begin& begin, const stream::Nvlist& list);

  bool is_recursive() const { return is_recursive_; }
  bool has_holds() const { return has_holds_; }
  /// The snapshot that increments begin with; empty in a full package.
  const std::string& from() const { return from_; }
  /// The dataset that was sent.
  const std::string& top() const { return top_; }
  const std::vector<ArrivingDataset>& datasets() const { return datasets_; }
  /// The dataset which a snapshot belongs to at the source; null if it is not listed. A pool that
  /// keeps a replica of its own dataset has a guid twice: then the first one's.
  const ArrivingDataset* find_by_snapshot(std::uint64_t guid) const;
  /// The same, and of several the one that is called `name`.
  const ArrivingDataset* find_by_snapshot(std::uint64_t guid, std::string_view name) const;
  const ArrivingDataset* find_by_name(std::string_view name) const;

 private:
  bool is_recursive_ = true;
  bool has_holds_ = false;
  std::string from_;
  std::string top_;
  std::vector<ArrivingDataset> datasets_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_snapshot_;
};

}  // namespace sealift::replicate
