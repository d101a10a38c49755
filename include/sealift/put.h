// SPDX-License-Identifier: Apache-2.0
// Making a dataset's contents out of files of this machine: what `sealift put` does.
#pragma once

#include <sealift/keys.h>
#include <sealift/vault.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sealift {

/// What put() does with a head that it did not make itself: one that was received, say.
enum class Diverged : std::uint8_t {
  kRefuse,
  kReplace,  ///< make it equal to the source all the same
};

struct PutRequest {
  /// A directory for a file system; for a volume a file of bytes, or a block device.
  std::string source;
  std::string dataset;
  KeyAccess key;
  Diverged diverged = Diverged::kRefuse;
  bool dry_run = false;  ///< find out what would change, and change nothing
  // Of directories:
  bool measures = false;         ///< count its bytes meanwhile, for PutProgress::total_bytes
  bool one_file_system = false;  ///< leave out what is mounted below; mount points stay, empty
  /// Names or paths that are left out, with what is below them: shell patterns. One with a '/' is
  /// compared with the path from the source on, another with each name.
  std::vector<std::string> exclude;
};

struct PutTotals {
  std::uint64_t added = 0;  ///< this and the next: files, of whatever kind
  std::uint64_t changed = 0;
  std::uint64_t renamed = 0;  ///< and not changed
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t read_bytes = 0;     ///< of the source
  std::uint64_t written_bytes = 0;  ///< of blocks that are new, before compression
  std::uint64_t stored_bytes = 0;   ///< what the vault grew by
  bool is_changed = false;          ///< the dataset has another head now, or would have
};

struct PutProgress {
  std::uint64_t files = 0;
  std::uint64_t done_bytes = 0;   ///< of the source, read or known to be the same
  std::uint64_t total_bytes = 0;  ///< 0 as long as nobody knows
};

/// Told while the source is read. Any may be empty.
struct PutObserver {
  /// What was left out or changed while it was read.
  std::function<void(const std::string&)> on_warning;
  std::function<void(const PutProgress&)> on_progress;
  /// A path, and what is done with it: '+' added, 'M' changed, 'R' renamed, '-' removed.
  std::function<void(char, const std::string&)> on_change;
};

/// Makes the head of a dataset equal to the source, in one commit: what is equal already is not
/// written again, and files whose size, times and inode are those of the last time are not read.
/// The head before stays whole until then, and where anything throws.
///
/// Throws Error: kState where the dataset is not there, its key is not loaded, it changed
/// meanwhile, or it diverged; kUsage for a source of the wrong kind, or too large a one for the
/// volume; kWrongKey; kDamaged where the head cannot be read.
PutTotals put(Vault& vault, const PutRequest& request, const PutObserver& observer,
              const Moment& moment);

/// Gives a dataset that was just created what OpenZFS gives it at once: an empty file system, or a
/// volume of zeros. The same to those above it which hold nothing; what holds something stays.
///
/// Throws Error as put().
void make_contents(Vault& vault, const std::string& dataset, const KeyAccess& key,
                   const Moment& moment);

}  // namespace sealift
