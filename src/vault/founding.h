// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "os/file.h"
#include "vault/file_storage.h"

namespace sealift::vault {

/// A directory in which a vault is being made. It is no vault until its identity is published:
/// until then `identity.new` stands there, made first and locked by whoever is at work. A making
/// that was cut off leaves that file, so the next one knows that what lies beside it is rubbish.
class Founding {
 public:
  /// `directory` must be absent, empty, or hold what a making that was cut off left; throws kState
  /// if it does not, or if another process is making a vault there.
  explicit Founding(const std::filesystem::path& directory);
  /// Removes what was made, unless the vault has got its identity.
  ~Founding();
  Founding(const Founding&) = delete;
  Founding& operator=(const Founding&) = delete;

  /// Makes the files. The storage has no identity yet, and a ring without uberblocks.
  std::shared_ptr<FileStorage> furnish() const;

 private:
  void clear() const;

  std::filesystem::path directory_;
  bool made_directory_;
  os::File identity_;
};

}  // namespace sealift::vault
