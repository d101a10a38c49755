// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/vault.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Changes to the datasets, snapshots, bookmarks and holds of a vault. Names are as zfs's: the
/// vault's name is the root dataset's ("dr", "dr/enc", "dr/enc@s1", "dr/enc#b").
///
/// Each function is one atomic commit, durable when it returns. Errors, with the vault exactly as
/// it was: kUsage for names and options that cannot be, kState where what is there forbids it.
namespace sealift {

/// User properties (with a ':') and the native ones that a stream may carry, as text.
using Properties = std::map<std::string, std::string>;

/// "10G", "512K", "1000": a number of bytes, with powers of 1024. Throws Error(kUsage).
std::uint64_t parse_size(std::string_view text);

struct CreateOptions {
  bool parents = false;  ///< make missing parents; what is there already is no error
  Properties properties;
  /// Makes a volume of this size, rounded up to whole blocks, and not a file system.
  std::optional<std::uint64_t> volume_bytes;
};
/// Makes an empty, unencrypted file system or volume; encrypted ones <sealift/keyring.h> makes.
/// `volblocksize` is a property that only this function takes.
void create_dataset(Vault& vault, const std::string& name, const CreateOptions& options,
                    const Moment& moment);

struct DestroyOptions {
  bool recursive = false;   ///< children and snapshots too; for a snapshot, those of children
  bool dependents = false;  ///< clones too, wherever they are; implies recursive
  bool dry_run = false;     ///< say what would be, change nothing
};
struct Destroyed {
  std::vector<std::string> names;     ///< in the order of their end
  std::uint64_t reclaimed_bytes = 0;  ///< stored bytes that nothing reaches any more
};
/// Destroys a dataset, a bookmark, or snapshots: "dr/a@x", "dr/a@x,y", "dr/a@x%y" (a range, either
/// end of which may be left out). Held snapshots and origins of clones are refused.
Destroyed destroy(Vault& vault, const std::string& target, const DestroyOptions& options);

struct RenameOptions {
  bool recursive = false;  ///< a snapshot, and those of the same name in all descendants
  bool parents = false;    ///< make missing parents of the new name
};
void rename(Vault& vault, const std::string& from, const std::string& to,
            const RenameOptions& options, const Moment& moment);

struct SnapshotOptions {
  bool recursive = false;  ///< descendants too; those without contents are passed over
  Properties properties;
};
/// Snapshots heads, all in one commit. An encrypted one gets an IV set guid of its own.
void take_snapshots(Vault& vault, const std::vector<std::string>& names,
                    const SnapshotOptions& options, const Moment& moment);

enum class Recursion { kNone, kDescendants };

/// All or none of the snapshots get the hold.
void hold(Vault& vault, const std::string& tag, const std::vector<std::string>& snapshots,
          Recursion recursion, const Moment& moment);
void release(Vault& vault, const std::string& tag, const std::vector<std::string>& snapshots,
             Recursion recursion);
struct Hold {
  std::string snapshot;
  std::string tag;
  std::int64_t creation_seconds = 0;
};
std::vector<Hold> holds(const Vault& vault, const std::string& snapshot, Recursion recursion);

/// `source` is a snapshot or a bookmark; one of the names may lack the dataset.
void bookmark(Vault& vault, const std::string& source, const std::string& bookmark);

/// Makes the clone `name` the dataset that its origin and all before that belong to, and the one
/// which they belonged to a clone of it (OpenZFS: zfs promote). Throws Error(kState) for what is no
/// clone and where snapshots would have the same name.
void promote(Vault& vault, const std::string& name);

struct RollbackOptions {
  bool recursive = false;   ///< destroy later snapshots and bookmarks
  bool dependents = false;  ///< and their clones
};
/// Makes a snapshot the dataset's newest and its head. Returns what it destroyed.
Destroyed rollback(Vault& vault, const std::string& snapshot, const RollbackOptions& options);

void set_properties(Vault& vault, const std::vector<std::string>& names,
                    const Properties& properties);

struct InheritOptions {
  bool recursive = false;
  bool to_received = false;  ///< back to the received value rather than to the parent's
};
void inherit_property(Vault& vault, const std::vector<std::string>& names,
                      const std::string& property, const InheritOptions& options);

}  // namespace sealift
