// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "vault/appender.h"

namespace sealift::vault {

/// The space that a vault sets aside, taken for a commit which frees more than it needs. It belongs
/// to nobody else until what that commit freed is returned, so a full disk cannot stay full for
/// want of the few blocks that a destroy has to write.
class ReservedSpace {
 public:
  /// Null if none is set aside. `vault` is open for writing and outlives the result.
  static std::unique_ptr<ReservedSpace> take(Vault& vault);
  /// Sets space aside anew.
  ~ReservedSpace();

  Appender& appender() { return *appender_; }
  /// Gives what was freed so far back to the file system, by commits in this space. As far as it
  /// goes: what is left comes back with later commits.
  void return_freed() noexcept;

 private:
  explicit ReservedSpace(Vault& vault);

  Vault& vault_;
  std::unique_ptr<Appender> appender_;
};

}  // namespace sealift::vault
