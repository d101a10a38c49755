// SPDX-License-Identifier: Apache-2.0
#include "catalog/keys.h"

#include "base/endian.h"
#include "base/error.h"

namespace sealift::catalog::keys {
namespace {

std::string key(char table, std::uint64_t first) {
  return table + number(first);
}

std::string key(char table, SnapshotId id) {
  return key(table, id.dataset.value) + number(id.birth.value);
}

}  // namespace

std::string number(std::uint64_t value) {
  std::uint8_t bytes[sizeof value];
  store(bytes, value, Endian::kBig);
  return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

std::uint64_t number_at(std::string_view key, std::size_t offset) {
  if (key.size() < offset || key.size() - offset < sizeof(std::uint64_t)) {
    fail(ErrorKind::kDamaged, "an index entry of the catalog is cut short");
  }
  return load<std::uint64_t>(reinterpret_cast<const std::uint8_t*>(key.data()) + offset,
                             Endian::kBig);
}

std::string dataset(DatasetId id) {
  return key('D', id.value);
}
std::string children(DatasetId parent) {
  return key('C', parent.value);
}
std::string child(DatasetId parent, std::string_view name) {
  return children(parent).append(name);
}
std::string clones(SnapshotId origin) {
  return key('O', origin);
}
std::string clone(SnapshotId origin, DatasetId id) {
  return clones(origin) + number(id.value);
}
std::string snapshots(DatasetId dataset) {
  return key('S', dataset.value);
}
std::string snapshot(SnapshotId id) {
  return key('S', id);
}
std::string snapshot_name(DatasetId id, std::string_view name) {
  return key('N', id.value).append(name);
}
std::string guids(std::uint64_t guid) {
  return key('G', guid);
}
std::string guid(std::uint64_t guid, SnapshotId id) {
  return guids(guid) + number(id.dataset.value) + number(id.birth.value);
}
std::string dead_bytes(SnapshotId id) {
  return key('X', id);
}
std::string dead_bytes_part(SnapshotId id, Birth first) {
  return dead_bytes(id) + number(first.value);
}
std::string bookmarks(DatasetId dataset) {
  return key('B', dataset.value);
}
std::string bookmark(DatasetId dataset, std::string_view name) {
  return bookmarks(dataset).append(name);
}
std::string holds(SnapshotId id) {
  return key('H', id);
}
std::string hold(SnapshotId id, std::string_view tag) {
  return holds(id).append(tag);
}
std::string partial(DatasetId dataset) {
  return key('P', dataset.value);
}
std::string wrappings(DatasetId dataset) {
  return key('W', dataset.value);
}
std::string wrapping(DatasetId dataset, WrappingId id) {
  return wrappings(dataset) + number(id.value);
}
std::string heirs(DatasetId root) {
  return key('R', root.value);
}
std::string heir(DatasetId root, DatasetId id) {
  return heirs(root) + number(id.value);
}
std::string properties(SnapshotId owner) {
  return key('Q', owner);
}
std::string property(SnapshotId owner, std::string_view name) {
  return properties(owner).append(name);
}

}  // namespace sealift::catalog::keys
