// SPDX-License-Identifier: Apache-2.0
#pragma once

struct fuse_lowlevel_ops;

namespace sealift::serve {

/// What is called for each question of the kernel, with a FuseSession as its data.
const fuse_lowlevel_ops& fuse_operations();

}  // namespace sealift::serve
