// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "catalog/records.h"

/// Where in the tree each record is. A key is a letter for its table, then numbers of eight bytes,
/// big-endian so that they sort, then at most one text. proto/catalog.md has the table of them.
namespace sealift::catalog::keys {

constexpr std::string_view kHeader = "A";

/// Stands for the head where a snapshot's birth is expected: it sorts after every snapshot.
constexpr Birth kHeadBirth{~std::uint64_t{0}};

std::string dataset(DatasetId id);                               ///< 'D' -> DatasetRecord
std::string children(DatasetId parent);                          ///< prefix of child()
std::string child(DatasetId parent, std::string_view name);      ///< 'C' -> id
std::string clones(SnapshotId origin);                           ///< prefix of clone()
std::string clone(SnapshotId origin, DatasetId id);              ///< 'O' -> nothing
std::string snapshots(DatasetId dataset);                        ///< prefix of snapshot()
std::string snapshot(SnapshotId id);                             ///< 'S' -> SnapshotRecord
std::string snapshot_name(DatasetId id, std::string_view name);  ///< 'N' -> birth
std::string guids(std::uint64_t guid);                           ///< prefix of guid()
std::string guid(std::uint64_t guid, SnapshotId id);             ///< 'G' -> nothing
std::string dead_bytes(SnapshotId id);                           ///< prefix of dead_bytes_part()
std::string dead_bytes_part(SnapshotId id, Birth first);         ///< 'X' -> part of DeadBytes
std::string bookmarks(DatasetId dataset);                        ///< prefix of bookmark()
std::string bookmark(DatasetId dataset, std::string_view name);  ///< 'B' -> BookmarkRecord
std::string holds(SnapshotId id);                                ///< prefix of hold()
std::string hold(SnapshotId id, std::string_view tag);           ///< 'H' -> HoldRecord
std::string partial(DatasetId dataset);                          ///< 'P' -> PartialReceive
std::string wrappings(DatasetId dataset);                        ///< prefix of wrapping()
std::string wrapping(DatasetId dataset, WrappingId id);          ///< 'W' -> Wrapping
std::string heirs(DatasetId root);                               ///< prefix of heir()
std::string heir(DatasetId root, DatasetId id);                  ///< 'R' -> nothing
std::string properties(SnapshotId owner);                        ///< prefix of property()
std::string property(SnapshotId owner, std::string_view name);   ///< 'Q' -> PropertyRecord

/// A number as it stands in keys, and the values of 'C' and 'N'.
std::string number(std::uint64_t value);
/// The number at `offset` of a key or value; throws Error(kDamaged) where there is none.
std::uint64_t number_at(std::string_view key, std::size_t offset);

}  // namespace sealift::catalog::keys
