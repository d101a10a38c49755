// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/serve.h>

#include "serve/fault_log.h"
#include "serve/snapshot_tree.h"

struct fuse_session;

namespace sealift::serve {

/// Answers the kernel's questions about a tree (libfuse's low-level interface). An inode is known
/// to the kernel by its object's number, but the root, which is 1. Nothing ever changes, so the
/// kernel may keep all that it is told.
class FuseSession {
 public:
  /// `name` is what the table of mounts shows. All must outlive this. Throws Error(kUsage) for
  /// options that FUSE does not know.
  FuseSession(SnapshotTree& tree, const MountRequest& request, const MountObserver& observer,
              const std::string& name);
  ~FuseSession();
  FuseSession(const FuseSession&) = delete;
  FuseSession& operator=(const FuseSession&) = delete;

  /// Mounts, answers until it is unmounted or a signal ends it, and unmounts.
  void run();

  SnapshotTree& tree() { return tree_; }
  std::uint64_t object_of(std::uint64_t inode) const;
  std::uint64_t inode_of(std::uint64_t object) const;
  void note_fault(const std::string& what) { faults_.note(what); }

 private:
  SnapshotTree& tree_;
  const MountRequest& request_;
  const MountObserver& observer_;
  fuse_session* session_ = nullptr;
  FaultLog faults_;
};

}  // namespace sealift::serve
