// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/send.h>

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "stream/nvlist.h"

namespace sealift::replicate {

/// A dataset as a package's list describes it.
struct PackagedDataset {
  catalog::DatasetRecord dataset;
  std::string name;
  /// Guid of the snapshot that the receiver finds the parent dataset by; 0 for the topmost.
  std::uint64_t parent_guid = 0;
  std::optional<catalog::SnapshotRecord> origin;
  std::vector<catalog::SnapshotRecord> snapshots;  ///< listed ones, oldest first
  std::size_t first_described = 0;                 ///< from here on with properties and holds
};

/// Short names of the snapshots that a package begins and ends with.
struct PackageRange {
  std::string from;  ///< empty: everything
  std::string to;
  bool from_origin = false;  ///< `from` was the origin of the clone that is sent
};

/// Collects which datasets and snapshots a package tells of, parents first, by the rules of
/// OpenZFS's sender (lib/libzfs/libzfs_sendrecv.c, send_iterate_fs).
class PackageContents {
 public:
  /// All must outlive this.
  PackageContents(const catalog::Catalog& catalog, const SendRequest& request,
                  const PackageRange& range)
      : catalog_(catalog), request_(request), range_(range) {}

  /// A snapshot that is sent alone: listed with nothing else.
  void add_snapshot(const catalog::SnapshotRecord& snapshot);
  /// A dataset and, with -R, all below it. Throws Error(kState) where one lacks the snapshot.
  void add_dataset(const catalog::DatasetRecord& dataset);

  /// False for what the user excluded.
  bool is_wanted(const std::string& name) const;

  const std::vector<PackagedDataset>& datasets() const { return datasets_; }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }
  std::vector<std::string> take_notes() { return std::move(notes_); }

  /// The list that goes into the package's BEGIN (libzfs_sendrecv.c, send_prelim_records).
  stream::Nvlist list() const;

 private:
  using Created = std::optional<vault::Txg>;

  void add_tree(const catalog::DatasetRecord& dataset, std::uint64_t parent_guid,
                const Created& parent_to);
  void explain_missing(const catalog::DatasetRecord& dataset, const std::string& name,
                       const Created& parent_to);
  PackagedDataset describe(const catalog::DatasetRecord& dataset) const;
  void check_sealed(const PackagedDataset& packaged) const;
  void list_snapshots(PackagedDataset& packaged, const catalog::SnapshotRecord& to);
  std::uint64_t base_guid(const PackagedDataset& packaged) const;

  stream::Nvlist entry(const PackagedDataset& packaged) const;
  stream::Nvlist properties(catalog::PropertyOwner owner) const;
  stream::Nvlist holds(catalog::SnapshotId snapshot) const;

  const catalog::Catalog& catalog_;
  const SendRequest& request_;
  const PackageRange& range_;
  std::vector<PackagedDataset> datasets_;
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
};

}  // namespace sealift::replicate
