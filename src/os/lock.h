// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "os/file.h"

namespace sealift::os {

/// Locks on byte ranges of a file, which need not exist. They belong to the open file (Linux's
/// "open file description" locks): two Files exclude each other within one process as well, and
/// closing the File, however the process ends, gives its locks up.
enum class LockKind : std::uint8_t { kShared, kExclusive };

struct LockRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< 0: to the end, however long the file grows
};

/// False if another File holds a lock in the way. An exclusive lock needs a writable file.
bool try_lock(const File& file, LockKind kind, LockRange range);
/// Waits for it.
void lock(const File& file, LockKind kind, LockRange range);
void unlock(const File& file, LockRange range);
/// The start of some lock of another File within `range`, if there is one.
std::optional<std::uint64_t> locked_offset(const File& file, LockRange range);

}  // namespace sealift::os
