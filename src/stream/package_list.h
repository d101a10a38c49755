// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stream/nvlist.h"
#include "stream/record.h"

namespace sealift::stream {

/// The list of datasets and snapshots in the BEGIN of a package (OpenZFS
/// lib/libzfs/libzfs_sendrecv.c, send_iterate_fs), held against the substreams that follow. It
/// lists more than is sent: what the receiver has already, and, in what `zfs send -R -i` makes,
/// snapshots between. So a substream must be listed; what it builds on must have come before it or
/// be there already; and each dataset that has the package's last snapshot must bring it.
class PackageList {
 public:
  /// Throws Error(kDamaged) where the list is not what OpenZFS makes.
  explicit PackageList(const Nvlist& list);

  /// Throws Error(kDamaged) for a substream that is not listed, comes twice, or shows that one
  /// before it is missing.
  void check(const Begin& begin);
  /// Throws Error(kDamaged) if a substream is missing; call it behind the last.
  void finish() const;

 private:
  struct Snapshot {
    std::string dataset;
    std::string name;
    std::uint64_t origin_guid = 0;  ///< of the dataset; 0 unless a clone
    bool has_arrived = false;

    std::string full_name() const { return dataset + '@' + name; }
  };
  void read_dataset(const Nvlist& list);
  std::vector<Snapshot>* find(std::uint64_t guid);
  Snapshot& find(const Begin& begin);
  void check_source(const Begin& begin, const Snapshot& to);

  std::optional<std::string> from_;  ///< name of the snapshot that increments begin with
  std::optional<std::string> to_;    ///< name of the last snapshot
  /// By guid. What was received twice has one guid in two datasets.
  std::map<std::uint64_t, std::vector<Snapshot>> snapshots_;
};

}  // namespace sealift::stream
