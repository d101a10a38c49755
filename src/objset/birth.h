// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/strong.h"

namespace sealift::objset {

/// Orders the changes of one lineage: the number of the receive that made a block or a hole.
/// 0 on a hole: it has been one ever since its object exists.
using Birth = Strong<struct BirthTag>;

}  // namespace sealift::objset
