// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace sealift {

namespace vault {
class Vault;
}

/// When something happens, and a random number from which the guids made then are drawn. Passed
/// in, so that the caller owns time and chance. No two operations may be given the same entropy.
struct Moment {
  std::int64_t seconds = 0;  ///< Unix time
  std::uint64_t entropy = 0;
};

/// What is known of a vault's state without walking it.
struct VaultStatus {
  std::uint32_t version = 0;  ///< of the format
  std::uint64_t txg = 0;
  std::int64_t time_seconds = 0;      ///< of the last commit, Unix time
  std::uint64_t allocated_bytes = 0;  ///< live blocks, metadata included
  std::uint64_t pending_bytes = 0;    ///< freed, not yet returned to the file system
  std::uint64_t segments = 0;
  std::size_t uberblocks = 0;  ///< intact ones
};

/// An open vault: a reader of one committed state, or, opened for writing, a place to commit to.
/// Any number of processes may have it open; a writer locks it only while it commits.
/// One thread at a time.
class Vault {
 public:
  enum class Access { kRead, kWrite };

  struct InitOptions {
    std::string name;                 ///< of the vault and of its root dataset
    std::string checksum = "sha256";  ///< or "fletcher4"
  };
  /// Makes a vault in `directory`, which must be absent or empty, with its root dataset.
  /// Throws Error: kUsage for a bad name or checksum, kState if the directory is not empty.
  static void init(const std::filesystem::path& directory, const InitOptions& options,
                   const Moment& moment);

  /// Opens the newest valid state. Throws Error: kState where there is no vault, kDamaged where
  /// none of its states validates, kRefused for a format that this program does not know.
  static Vault open(const std::filesystem::path& directory, Access access);

  ~Vault();
  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;

  const std::string& name() const;
  std::uint64_t guid() const;
  /// "sha256" or "fletcher4".
  std::string checksum() const;
  /// Of the state that this reader sees.
  std::uint64_t txg() const;
  VaultStatus status() const;
  /// Bytes that the vault's file system has left for whoever asks.
  std::uint64_t available_bytes() const;
  /// Moves this reader to the newest committed state.
  void refresh();

  /// For the library's own floors.
  vault::Vault& inner() const { return *inner_; }

 private:
  Vault(std::unique_ptr<vault::Vault> inner, std::filesystem::path directory);
  std::unique_ptr<vault::Vault> inner_;
  std::filesystem::path directory_;
};

}  // namespace sealift
