// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sealift::os {

/// From now on nobody but root reads this process's memory, and no core file of it is written,
/// whatever the limits allow. To be called before a secret is read; for good.
void forbid_core_dumps();

}  // namespace sealift::os
