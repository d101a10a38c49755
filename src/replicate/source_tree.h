// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>

#include "replicate/arriving_package.h"
#include "replicate/stage.h"

namespace sealift::replicate {

/// Makes the datasets of an incremental replication package follow what happened to them at the
/// source beside new snapshots (lib/libzfs/libzfs_sendrecv.c, recv_incremental_replication):
/// promotions and renames always; what is gone there is destroyed with -F. Datasets and snapshots
/// are recognised by the guids of snapshots.
///
/// One step is one commit. A step that cannot be done is left out: the rest goes on.
class SourceTree {
 public:
  struct Options {
    bool destroys = false;  ///< -F
    std::function<void(const std::string&)> note;
    std::function<void(const std::string&)> warn;
  };
  /// `top` is where the topmost dataset goes: never renamed. All must outlive this.
  SourceTree(Stage& stage, const ArrivingPackage& package, std::string top, Options options)
      : stage_(stage), package_(package), top_(std::move(top)), options_(std::move(options)) {}

  /// Takes all steps that can be taken now, and gives the snapshots that are here the properties
  /// that they have at the source. False if a step that was due could not be taken.
  bool follow();

  enum class Action : std::uint8_t { kPromote, kDestroy, kRename };
  struct Step {
    Action action;
    std::string name;
    std::string to;  ///< of a rename

    auto operator<=>(const Step&) const = default;
  };

 private:
  struct Local {
    catalog::DatasetRecord record;
    std::string name;
    std::vector<catalog::SnapshotRecord> snapshots;
    const ArrivingDataset* there = nullptr;  ///< at the source; null if it is gone
  };

  std::vector<Local> find_local(const catalog::Catalog& catalog) const;
  std::optional<Step> next_step(const catalog::Catalog& catalog) const;
  std::optional<Step> promotion(const catalog::Catalog& catalog, const Local& local) const;
  std::optional<Step> snapshot_step(const catalog::Catalog& catalog, const Local& local) const;
  std::optional<Step> destruction(const catalog::Catalog& catalog, const Local& local) const;
  std::optional<Step> renaming(const catalog::Catalog& catalog, const Local& local) const;
  std::string name_like_source(const catalog::Catalog& catalog, const Local& local) const;
  std::optional<Step> unless_failed(Step step) const;
  bool try_step(const Step& step);
  void take(catalog::Change& change, const Step& step);
  void refresh_properties();

  Stage& stage_;
  const ArrivingPackage& package_;
  std::string top_;
  Options options_;
  std::set<Step> failed_;
  std::uint64_t freed_bytes_ = 0;
};

}  // namespace sealift::replicate
