// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "os/clock.h"
#include "vault/block.h"

namespace sealift::vault {

class Storage;

enum class Access : std::uint8_t { kRead, kWrite };

/// What never changes about a vault; stored beside the uberblocks.
struct Identity {
  std::string name;  ///< of the vault and of its root dataset
  std::uint64_t guid = 0;
  ChecksumKind checksum = ChecksumKind::kSha256;
  std::uint32_t version = 0;
  std::uint64_t segment_bytes = kDefaultSegmentBytes;  ///< a segment as long takes no new block
};

/// A committed state: what one uberblock names.
struct Root {
  Txg txg;
  BlockPointer catalog;           ///< root node of the catalog's tree, null in a new vault
  std::int64_t time_seconds = 0;  ///< of the commit, Unix time
};

struct SpaceUsage {
  std::uint64_t allocated_bytes = 0;  ///< live blocks, metadata included
  std::uint64_t pending_bytes = 0;    ///< freed, not yet returned
  std::uint64_t segments = 0;
};

/// Reads blocks and proves them. Every thread may call it.
class BlockReader {
 public:
  virtual ~BlockReader() = default;
  /// The block's bytes, checksum verified. Throws Error (kDamaged names segment and offset).
  virtual Bytes read(const BlockPointer& pointer) const = 0;
};

/// An open vault. Holds a reader's slot for the state `root()`, so that nothing which that state
/// reaches is returned to the file system meanwhile. Movable across threads; const calls are
/// thread-safe.
class Vault : public BlockReader {
 public:
  struct InitOptions {
    std::string name;
    ChecksumKind checksum = ChecksumKind::kSha256;
    std::uint64_t segment_bytes = kDefaultSegmentBytes;
  };
  /// Puts the first contents into a vault that nobody else can see yet.
  using Fill = std::function<void(Vault&)>;
  /// Makes a vault in `directory`, which must be absent or empty, or hold what a making left that
  /// was cut off. Durable on return; where it throws, or the power fails, there is no vault.
  static void init(const std::filesystem::path& directory, const InitOptions& options,
                   const Fill& fill = {});

  /// Opens the newest valid state. kWrite also reclaims what a crashed writer left behind.
  static std::unique_ptr<Vault> open(const std::filesystem::path& directory, Access access);

  /// The same with a storage of the caller's: a test's, or one that is no directory.
  static std::unique_ptr<Vault> open(std::shared_ptr<Storage> storage, Access access,
                                     const os::Clock& clock);
  static void init(std::shared_ptr<Storage> storage, const InitOptions& options,
                   const os::Clock& clock, const Fill& fill = {});

  ~Vault() override;

  Access access() const;
  const Identity& identity() const;
  const Root& root() const;
  /// Moves this reader to the newest committed state.
  void refresh();
  Bytes read(const BlockPointer& pointer) const override;
  SpaceUsage space() const;
  /// How many of the ring's uberblocks are intact; below four, a commit found damage or few came.
  std::size_t intact_uberblocks() const;

  class Impl;
  Impl& impl() { return *impl_; }
  const Impl& impl() const { return *impl_; }

 private:
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sealift::vault
