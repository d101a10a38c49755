// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "catalog/item.h"
#include "catalog/keys.h"
#include "stream/suite_name.h"

// Properties that follow from the catalog's records. The meaning of each is zfsprops(7)'s.

namespace sealift::catalog {
namespace {

Property bytes(std::uint64_t value) {
  return number_property(value, Unit::kBytes);
}
Property count(std::uint64_t value) {
  return number_property(value, Unit::kCount);
}

Property name(const Item& item) {
  return text_property(item.name);
}

Property type(const Item& item) {
  switch (item.type) {
    case EntryType::kFilesystem:
      return text_property("filesystem");
    case EntryType::kVolume:
      return text_property("volume");
    case EntryType::kSnapshot:
      return text_property("snapshot");
    case EntryType::kBookmark:
      return text_property("bookmark");
  }
  return unset_property();
}

/// Fields that datasets, snapshots and bookmarks all have, under one name.
template <class Field>
auto of_record(const Item& item, Field field) {
  if (item.snapshot) return field(*item.snapshot);
  if (item.bookmark) return field(*item.bookmark);
  return field(*item.dataset);
}

Property creation(const Item& item) {
  const std::int64_t seconds = of_record(item, [](const auto& it) { return it.creation_seconds; });
  return number_property(static_cast<std::uint64_t>(seconds), Unit::kTime);
}

Property guid(const Item& item) {
  return count(of_record(item, [](const auto& it) { return it.guid; }));
}

Property createtxg(const Item& item) {
  return count(of_record(item, [](const auto& it) { return it.createtxg.value; }));
}

Property used(const Item& item) {
  return bytes(item.snapshot ? item.snapshot->unique_bytes : item.dataset->used_bytes());
}

Property referenced(const Item& item) {
  if (item.snapshot) return bytes(item.snapshot->referenced_bytes);
  if (item.bookmark) return bytes(item.bookmark->referenced_bytes);
  return bytes(item.dataset->head.referenced_bytes);
}

Property logical_referenced(const Item& item) {
  const std::uint64_t logical =
      item.snapshot ? item.snapshot->logical_bytes : item.dataset->head.logical_bytes;
  return bytes(logical);
}

Property available(const Item& item) {
  return bytes(item.shelf->available_bytes);
}

Property origin(const Item& item) {
  if (!item.dataset->origin) return unset_property();
  const SnapshotId id = item.dataset->origin;
  return text_property(item.shelf->full_name(id.dataset) + '@' +
                       item.shelf->catalog.snapshot(id).name);
}

Property clones(const Item& item) {
  if (item.snapshot->clone_count == 0) return text_property("");
  std::vector<std::string> names;
  for (const DatasetId id : item.shelf->catalog.clones(item.snapshot->id)) {
    names.push_back(item.shelf->full_name(id));
  }
  return text_property(fmt::format("{}", fmt::join(names, ",")));
}

Property used_by_snapshots(const Item& item) {
  return bytes(item.dataset->used_by_snapshots_bytes);
}
Property used_by_dataset(const Item& item) {
  return bytes(item.dataset->used_by_dataset_bytes);
}
Property used_by_children(const Item& item) {
  return bytes(item.dataset->used_by_children_bytes);
}
Property used_by_refreservation(const Item&) {
  return bytes(0);
}

Property written(const Item& item) {
  if (item.snapshot) return bytes(item.snapshot->written_bytes);
  const Catalog& catalog = item.shelf->catalog;
  const DatasetRecord& dataset = *item.dataset;
  const auto newest = catalog.newest_snapshot(dataset.id);
  if (!newest && !dataset.origin) return bytes(dataset.head.referenced_bytes);
  const SnapshotRecord base = newest ? *newest : catalog.snapshot(dataset.origin);
  if (dataset.head.objset.same_place(base.objset)) return bytes(0);
  const std::uint64_t died = total(catalog.dead_bytes({dataset.id, keys::kHeadBirth}));
  return bytes(dataset.head.referenced_bytes + died - base.referenced_bytes);
}

Property user_refs(const Item& item) {
  return count(item.snapshot->hold_count);
}
Property defer_destroy(const Item&) {
  return text_property("off");
}
Property mounted(const Item&) {
  return text_property("no");
}
Property snapshot_count(const Item& item) {
  return count(item.dataset->snapshot_count);
}

// -- Keys ---------------------------------------------------------------------------------------

std::optional<Wrapping> wrapping_in_force(const Item& item) {
  const auto& key = item.dataset->key;
  return key ? item.shelf->catalog.wrapping(item.dataset->id, key->own) : std::nullopt;
}

Property encryption(const Item& item) {
  if (item.dataset->key) {
    const char* name = stream::suite_name(item.dataset->key->suite);
    return name != nullptr ? text_property(name) : count(item.dataset->key->suite);
  }
  Property property = text_property("off");
  property.source = PropertySource::kDefault;
  return property;
}

Property encryption_root(const Item& item) {
  if (!item.dataset->key) return unset_property();
  return text_property(item.shelf->full_name(item.dataset->key->encryption_root));
}

Property key_status(const Item& item) {
  if (!item.dataset->key) return unset_property();
  const IsKeyLoaded& is_loaded = item.shelf->is_key_loaded;
  return text_property(is_loaded && is_loaded(*item.dataset) ? "available" : "unavailable");
}

Property key_format(const Item& item) {
  constexpr std::string_view kFormats[] = {"none", "raw", "hex", "passphrase"};
  const auto wrapping = wrapping_in_force(item);
  Property property = text_property("none");
  property.source = wrapping ? PropertySource::kNone : PropertySource::kDefault;
  if (!wrapping) return property;
  if (wrapping->key_format >= std::size(kFormats)) return count(wrapping->key_format);
  property.value = kFormats[wrapping->key_format];
  return property;
}

Property pbkdf2_iters(const Item& item) {
  const auto wrapping = wrapping_in_force(item);
  Property property = count(wrapping ? wrapping->pbkdf2_iters : 0);
  if (!wrapping) property.source = PropertySource::kDefault;
  return property;
}

Property pbkdf2_salt(const Item& item) {
  const auto wrapping = wrapping_in_force(item);
  return wrapping ? count(wrapping->pbkdf2_salt) : unset_property();
}

Property key_guid(const Item& item) {
  return item.dataset->key ? count(item.dataset->key->key_guid) : unset_property();
}

Property key_location(const Item& item) {
  Property stored = stored_property(item, "keylocation");
  if (stored.value != "-") return stored;
  stored.value = item.dataset->is_encryption_root() ? "prompt" : "none";
  stored.source = PropertySource::kDefault;
  return stored;
}

Property wrapping_id(const Item& item) {
  const WrappingId id = item.snapshot       ? item.snapshot->wrapping
                        : item.dataset->key ? item.dataset->key->own
                                            : WrappingId{};
  return id ? text_property(to_text(id)) : unset_property();
}

Property ivset_guid(const Item& item) {
  const std::uint64_t found = item.snapshot ? item.snapshot->ivset_guid : item.bookmark->ivset_guid;
  return found != 0 ? count(found) : unset_property();
}

Property proof(const Item& item) {
  if (!item.dataset->key) return unset_property();
  return text_property(item.snapshot->proof == Proof::kProven ? "proven" : "unproven");
}

Property resume_token(const Item& item) {
  const auto partial = item.shelf->catalog.partial(item.dataset->id);
  return partial ? text_property(partial->token) : unset_property();
}

Property redact_snaps(const Item& item) {
  const auto& guids = item.snapshot ? item.snapshot->redaction : item.bookmark->redaction;
  return guids ? text_property(fmt::format("{}", fmt::join(*guids, ","))) : unset_property();
}

using Derive = Property (*)(const Item&);

const std::unordered_map<std::string_view, Derive>& table() {
  static const std::unordered_map<std::string_view, Derive> derive = {
      {"name", name},
      {"type", type},
      {"creation", creation},
      {"used", used},
      {"available", available},
      {"referenced", referenced},
      {"origin", origin},
      {"createtxg", createtxg},
      {"guid", guid},
      {"usedbysnapshots", used_by_snapshots},
      {"usedbydataset", used_by_dataset},
      {"usedbychildren", used_by_children},
      {"usedbyrefreservation", used_by_refreservation},
      {"written", written},
      {"logicalreferenced", logical_referenced},
      {"userrefs", user_refs},
      {"clones", clones},
      {"defer_destroy", defer_destroy},
      {"snapshot_count", snapshot_count},
      {"encryption", encryption},
      {"encryptionroot", encryption_root},
      {"keystatus", key_status},
      {"keyformat", key_format},
      {"pbkdf2iters", pbkdf2_iters},
      {"pbkdf2salt", pbkdf2_salt},
      {"keyguid", key_guid},
      {"keylocation", key_location},
      {"ivsetguid", ivset_guid},
      {"wrapping", wrapping_id},
      {"proof", proof},
      {"receive_resume_token", resume_token},
      {"redact_snaps", redact_snaps},
      {"mounted", mounted},
  };
  return derive;
}

}  // namespace

bool is_derived(const NativeProperty& native) {
  return table().count(native.info.name) != 0;
}

Property derived_property(const Item& item, const NativeProperty& native) {
  return table().at(native.info.name)(item);
}

}  // namespace sealift::catalog
