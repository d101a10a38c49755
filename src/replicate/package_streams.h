// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replicate/package_contents.h"
#include "replicate/send_job.h"

namespace sealift::replicate {

/// What the streams of a package follow from.
struct PackagePlan {
  const catalog::Catalog& catalog;
  const SendRequest& request;
  const PackageRange& range;
  const PackageContents& contents;
};

/// Adds the streams of a package to `job` in the order of OpenZFS's sender
/// (lib/libzfs/libzfs_sendrecv.c, dump_filesystems): each dataset after its parent and its
/// origin, each with its snapshots in turn. Throws Error as plan_send() does.
void plan_streams(const PackagePlan& plan, SendJob& job);

}  // namespace sealift::replicate
