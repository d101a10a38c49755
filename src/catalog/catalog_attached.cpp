// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/record_codec.h"

// What hangs on datasets and snapshots: bookmarks, holds, partial receives, wrappings, properties.

namespace sealift::catalog {

std::vector<BookmarkRecord> Catalog::bookmarks(DatasetId dataset) const {
  const std::string prefix = keys::bookmarks(dataset);
  std::vector<BookmarkRecord> found;
  tree_.scan(prefix, [&](std::string_view key, std::string_view value) {
    found.push_back(decode_bookmark(value));
    found.back().name = key.substr(prefix.size());
    return true;
  });
  return found;
}

std::optional<BookmarkRecord> Catalog::find_bookmark(DatasetId dataset,
                                                     std::string_view name) const {
  const auto value = tree_.get(keys::bookmark(dataset, name));
  if (!value) return std::nullopt;
  BookmarkRecord bookmark = decode_bookmark(*value);
  bookmark.name = name;
  return bookmark;
}

void Catalog::put_bookmark(DatasetId dataset, const BookmarkRecord& bookmark) {
  tree_.put(keys::bookmark(dataset, bookmark.name), encode(bookmark));
}

bool Catalog::remove_bookmark(DatasetId dataset, std::string_view name) {
  return tree_.erase(keys::bookmark(dataset, name));
}

std::vector<HoldRecord> Catalog::holds(SnapshotId id) const {
  const std::string prefix = keys::holds(id);
  std::vector<HoldRecord> found;
  tree_.scan(prefix, [&](std::string_view key, std::string_view value) {
    found.push_back(decode_hold(value));
    found.back().tag = key.substr(prefix.size());
    return true;
  });
  return found;
}

bool Catalog::add_hold(SnapshotId id, const HoldRecord& hold) {
  const std::string key = keys::hold(id, hold.tag);
  if (tree_.contains(key)) return false;
  SnapshotRecord held = snapshot(id);
  ++held.hold_count;
  store(held);
  tree_.put(key, encode(hold));
  return true;
}

bool Catalog::remove_hold(SnapshotId id, std::string_view tag) {
  if (!tree_.erase(keys::hold(id, tag))) return false;
  SnapshotRecord held = snapshot(id);
  --held.hold_count;
  store(held);
  return true;
}

std::optional<PartialReceive> Catalog::partial(DatasetId dataset) const {
  const auto value = tree_.get(keys::partial(dataset));
  if (!value) return std::nullopt;
  return decode_partial(*value);
}

void Catalog::put_partial(DatasetId dataset, const PartialReceive& fresh) {
  const auto old = partial(dataset);
  const std::uint64_t before = old ? old->used_bytes : 0;
  tree_.put(keys::partial(dataset), encode(fresh));
  charge(dataset, static_cast<std::int64_t>(fresh.used_bytes - before));
}

Orphan Catalog::remove_partial(DatasetId dataset) {
  const auto old = partial(dataset);
  if (!old) return {};
  tree_.erase(keys::partial(dataset));
  charge(dataset, -static_cast<std::int64_t>(old->used_bytes));
  return {old->objset, old->base.birth, {}};
}

std::vector<Wrapping> Catalog::wrappings(DatasetId dataset) const {
  std::vector<Wrapping> found;
  tree_.scan(keys::wrappings(dataset), [&](std::string_view, std::string_view value) {
    found.push_back(decode_wrapping(value));
    return true;
  });
  return found;
}

std::optional<Wrapping> Catalog::wrapping(DatasetId dataset, WrappingId id) const {
  const auto value = tree_.get(keys::wrapping(dataset, id));
  if (!value) return std::nullopt;
  return decode_wrapping(*value);
}

WrappingId Catalog::add_wrapping(DatasetId dataset, const Wrapping& wrapping) {
  const WrappingId id = wrapping.id();
  const std::string key = keys::wrapping(dataset, id);
  if (!tree_.contains(key)) tree_.put(key, encode(wrapping));
  return id;
}

void Catalog::remove_wrapping(DatasetId dataset, WrappingId id) {
  const auto& key = this->dataset(dataset).key;
  SEALIFT_ASSERT(!key || key->own != id);
  tree_.erase(keys::wrapping(dataset, id));
}

std::vector<DatasetId> Catalog::encryption_heirs(DatasetId root) const {
  std::vector<DatasetId> found;
  tree_.scan(keys::heirs(root), [&](std::string_view key, std::string_view) {
    found.push_back(DatasetId{keys::number_at(key, 9)});
    return true;
  });
  return found;
}

std::vector<Catalog::NamedProperty> Catalog::properties(PropertyOwner owner) const {
  const std::string prefix = keys::properties(owner);
  std::vector<NamedProperty> found;
  tree_.scan(prefix, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key.substr(prefix.size()), decode_property(value));
    return true;
  });
  return found;
}

std::optional<PropertyRecord> Catalog::property(PropertyOwner owner, std::string_view name) const {
  const auto value = tree_.get(keys::property(owner, name));
  if (!value) return std::nullopt;
  return decode_property(*value);
}

void Catalog::put_property(PropertyOwner owner, std::string_view name,
                           const PropertyRecord& property) {
  const std::string key = keys::property(owner, name);
  if (property.local || property.received || property.is_received_masked) {
    tree_.put(key, encode(property));
  } else {
    tree_.erase(key);
  }
}

}  // namespace sealift::catalog
