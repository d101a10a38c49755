// SPDX-License-Identifier: Apache-2.0
#include "os/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "os/errno.h"

namespace sealift::os {

void forbid_core_dumps() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) fail_errno("limit", "core files");
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) fail_errno("forbid", "core files");
}

}  // namespace sealift::os
