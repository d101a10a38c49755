// SPDX-License-Identifier: Apache-2.0
// libfuse's low-level interface, in the version that Debian 12 has.
#pragma once

#define FUSE_USE_VERSION 312
#include <fuse3/fuse_lowlevel.h>
