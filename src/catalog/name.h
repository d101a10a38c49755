// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealift::catalog {

/// Longest full name in bytes, "@snapshot" included (OpenZFS: ZFS_MAX_DATASET_NAME_LEN - 1).
constexpr std::size_t kMaxNameBytes = 255;
/// OpenZFS's zfs_max_dataset_nesting.
constexpr std::size_t kMaxDepth = 50;

enum class NameKind { kDataset, kSnapshot, kBookmark };

/// A name taken apart: "dr/enc@s1" is dataset "dr/enc", kind kSnapshot, item "s1".
struct Name {
  std::string dataset;
  NameKind kind = NameKind::kDataset;
  std::string item;  ///< the snapshot's or bookmark's own name

  std::string full() const;
  bool operator==(const Name&) const = default;
};

/// Checks as OpenZFS's entity_namecheck does (module/zcommon/zfs_namecheck.c): characters, empty
/// components, "." and "..", length, depth. Throws Error(kUsage): "invalid name 'x': why".
Name parse_name(std::string_view text);
/// The same, and throws Error(kUsage) unless it names a dataset.
std::string parse_dataset_name(std::string_view text);

/// One component, or the part after '@' or '#'. Throws Error(kUsage).
void check_component(std::string_view text);
/// The name of the root dataset, and so of a vault: also begins with a letter. Throws
/// Error(kUsage).
void check_vault_name(std::string_view text);

/// "dr/a/b" -> "dr/a"; empty for a root.
std::string_view parent_of(std::string_view dataset);
/// "dr/a/b" -> "b".
std::string_view last_component(std::string_view dataset);
std::vector<std::string_view> components(std::string_view dataset);
/// True if `name` is `ancestor` or below it.
bool is_within(std::string_view name, std::string_view ancestor);

}  // namespace sealift::catalog
