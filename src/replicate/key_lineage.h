// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "catalog/catalog.h"
#include "stream/nvlist.h"

namespace sealift::replicate {

/// What a single stream tells of the encryption root that its dataset stands under at the sender:
/// the pair `sealift:lineage` in BEGIN's payload, which OpenZFS ignores. Packages tell it in their
/// list.
struct KeyLineage {
  static constexpr const char* kPair = "sealift:lineage";

  std::string root;  ///< name at the sender
  /// Of the root's own master key: by it a receiver finds it. Datasets' guids differ from vault to
  /// vault.
  std::uint64_t root_key_guid = 0;
  catalog::WrappingId root_wrapping{};  ///< in force for the root
  catalog::WrappingId wrapping{};       ///< that the stream carries, made with the root's key

  bool operator==(const KeyLineage&) const = default;
};

/// For a stream that carries `sent`. Nothing where there is nothing to tell: the dataset is an
/// encryption root itself, or `sent` is not what its root's key opens.
std::optional<KeyLineage> lineage_of(const catalog::Catalog& catalog,
                                     const catalog::DatasetRecord& dataset,
                                     const catalog::Wrapping& sent);

stream::Nvlist encode(const KeyLineage& lineage);
/// Throws Error(kDamaged) where a field is absent.
KeyLineage decode_lineage(const stream::Nvlist& list);

/// The encryption root for `fresh`, which came with `arrived`: the dataset above it that has the
/// root's master key, if its key is shown to open it. Nothing: itself.
std::optional<catalog::DatasetId> find_root(const catalog::Catalog& catalog,
                                            const catalog::DatasetRecord& fresh,
                                            const KeyLineage& lineage,
                                            const catalog::Wrapping& arrived);

/// Whether the wrapping in force of a root is the very one that the sender's had.
enum class CameAlong { kNo, kYes };
/// True if the key of a root, whose wrapping in force is `roots`, opens `arrived` because its
/// sender's root opens that. A passphrase's parameters hold a random salt: equal ones are of the
/// same passphrase. Those of other formats prove nothing.
bool is_shown_to_open(const catalog::Wrapping& roots, const catalog::Wrapping& arrived,
                      CameAlong came_along);

}  // namespace sealift::replicate
