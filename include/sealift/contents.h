// SPDX-License-Identifier: Apache-2.0
// The files and volumes in a vault, in the clear: what `sealift ls`, `cat`, `restore` and `diff`
// do. Nothing here changes a vault.
#pragma once

#include <sealift/channel.h>
#include <sealift/dataset.h>
#include <sealift/error.h>
#include <sealift/keys.h>
#include <sealift/vault.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sealift {

/// "dr/home@mon:/2024" is path "/2024" in snapshot "dr/home@mon"; without a snapshot it is in the
/// dataset's head. Without a path it is all of it: the root directory, or the volume.
struct ContentsName {
  std::string source;
  std::string path;
};
/// Throws Error(kUsage) where there is no source.
ContentsName parse_contents_name(const std::string& text);

/// What a file system keeps of one file.
struct FileInfo {
  std::string path;          ///< below what was listed; empty for that itself
  std::uint64_t object = 0;  ///< its inode number
  std::uint64_t mode = 0;    ///< type and permissions, with POSIX's numbers
  std::uint64_t size_bytes = 0;
  std::uint64_t links = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t project = 0;
  std::uint32_t device_major = 0;  ///< of a device
  std::uint32_t device_minor = 0;
  std::int64_t mtime_seconds = 0;  ///< Unix time
  std::uint32_t mtime_nanoseconds = 0;
  std::string target;  ///< of a symbolic link
};

/// A snapshot or head, opened with its key. Names and contents are the sender's: a name may hold
/// any bytes but NUL, and leads nowhere outside. One thread. Errors: kState for what is not there,
/// kDamaged for what is not what was sealed, or what no file system is.
class Contents {
 public:
  /// `source`: "dr/home@mon" or "dr/home". `vault` must outlive this. Throws Error: kState where it
  /// is encrypted and no key is at hand, kWrongKey, and as parse_name().
  Contents(const Vault& vault, const std::string& source, const KeyAccess& key);
  ~Contents();
  Contents(Contents&&) noexcept;
  Contents& operator=(Contents&&) noexcept;

  bool is_volume() const;
  /// Of a volume.
  std::uint64_t volume_bytes() const;

  // Of a file system. Links on the way to a file are followed within it, one at the end is not.
  FileInfo stat(const std::string& path) const;
  /// What is in a directory by the order of names, and with kDescendants what is below it, each
  /// directory before what is in it; or a file that is no directory, alone. `on_fault` is told of
  /// files that cannot be read, and the rest is shown; where it is empty they are thrown.
  struct ListObserver {
    std::function<void(const FileInfo&)> on_file;
    std::function<void(const std::string& path, const Error&)> on_fault;
  };
  void list(const std::string& path, Recursion recursion, const ListObserver& observer) const;

  /// Writes a volume, or a file that a link may lead to.
  void read(const std::string& path, Sink& to) const;

  /// For the library's own floors.
  struct Impl;
  Impl& inner() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

enum class Existing : std::uint8_t {
  kKeep,     ///< what is as it should be (type, size, time) is left, what is not is a fault
  kReplace,  ///< what is not is replaced; a directory never is
};

struct RestoreRequest {
  ContentsName from;
  /// Of a directory: the directory that takes what is in it, made if it is missing. Of another file
  /// or a volume: the new file's name, or a directory to put a file into; for a volume also a block
  /// device, which must be as large.
  std::filesystem::path to;
  Existing existing = Existing::kKeep;
  unsigned threads = 2;
  /// Read all of it back, and compare it with the snapshot.
  bool verify = false;
  KeyAccess key;
};

struct RestoreTotals {
  std::uint64_t files = 0;  ///< regular ones
  std::uint64_t directories = 0;
  std::uint64_t others = 0;    ///< symbolic links, devices, fifos, sockets
  std::uint64_t links = 0;     ///< more names of a file
  std::uint64_t kept = 0;      ///< of all these, those that were there already
  std::uint64_t bytes = 0;     ///< written, holes not counted
  std::uint64_t verified = 0;  ///< of all these, those read back and found equal
  std::uint64_t faults = 0;
  bool has_damage = false;  ///< one of the faults was Error(kDamaged)
};

/// Told while a restore goes on, one call at a time, from any thread. May be empty.
struct RestoreObserver {
  /// What could not be restored, or not all of it: "2024/list.txt: cannot set user.note: ...".
  std::function<void(const std::string& path, const Error&)> on_fault;
  /// Counts up to now, some times a second.
  std::function<void(const RestoreTotals&)> on_progress;
};

/// Puts files or a volume outside, with mode, owner (if this process may), times, extended
/// attributes, POSIX ACLs, hard links, holes, devices and project. NFSv4 ACLs that say more than
/// the mode are kept as extended attribute user.sealift.nfs4_acl. Whatever the snapshot holds, all
/// of it is made beneath `to`: no name or link leads anywhere else. A file has its name only when
/// it is complete, so that an interrupted restore is gone on with by repeating it.
///
/// What cannot be restored is told and passed over. Throws Error, besides what Contents throws,
/// where nothing can be: kState for a target that is there already, kRetry where there is no space.
RestoreTotals restore(const Vault& vault, const RestoreRequest& request,
                      const RestoreObserver& observer);

enum class Change : std::uint8_t { kAdded, kRemoved, kModified, kRenamed };

/// What became of one file between two snapshots.
struct Difference {
  Change change = Change::kModified;
  std::string path;             ///< from the root on: "/2024/list.txt"; of kRenamed the old one
  std::string new_path;         ///< of kRenamed
  std::int64_t more_links = 0;  ///< of kModified: names that it has got, or lost
  std::uint64_t mode = 0;
  std::int64_t ctime_seconds = 0;  ///< when it changed last
  std::uint32_t ctime_nanoseconds = 0;
};

struct DiffObserver {
  std::function<void(const Difference&)> on_difference;
  /// A file whose path cannot be told, for damage. Thrown where this is empty.
  std::function<void(std::uint64_t object, const Error&)> on_fault;
};

/// Shows what changed from one snapshot or head of a file system to another, in the order of inode
/// numbers, as `zfs diff` does: a file is the same while inode number and generation are. What both
/// share is not read. Throws what Contents throws, and Error(kUsage) for volumes.
void diff_contents(const Contents& from, const Contents& to, const DiffObserver& observer);

}  // namespace sealift
