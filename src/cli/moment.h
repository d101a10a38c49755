// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/vault.h>

#include "os/clock.h"
#include "os/random.h"

namespace sealift::cli {

/// This moment, and entropy for the guids made in it.
inline Moment now() {
  return {os::system_clock().now_seconds(), os::system_random().guid()};
}

}  // namespace sealift::cli
