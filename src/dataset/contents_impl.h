// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/contents.h>

#include "dataset/file_system.h"
#include "dataset/volume.h"

namespace sealift {

/// What stands behind a Contents.
struct Contents::Impl {
  Impl(const vault::Vault& vault, const vault::BlockPointer& root,
       std::optional<keys::MasterKey> master_key);

  const vault::Vault& vault;
  vault::BlockPointer root;
  std::optional<keys::MasterKey> key;
  mutable dataset::Plaintext plaintext;
  std::optional<dataset::FileSystem> files;  ///< nothing: it is a volume
  std::uint64_t referenced_bytes = 0;        ///< what the vault stores for it

  const keys::MasterKey* key_or_null() const { return key ? &*key : nullptr; }
  /// Throws Error(kUsage) for a volume.
  const dataset::FileSystem& file_system() const;
};

namespace dataset {

FileInfo describe(const FileSystem& files, const File& file);

}  // namespace dataset
}  // namespace sealift
