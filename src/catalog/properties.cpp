// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"
#include "catalog/property_table.h"

namespace sealift::catalog {
namespace {

std::string key_of(std::string_view name) {
  const NativeProperty* native = find_native(name);
  return std::string(native == nullptr ? name : native->info.name);
}

PropertyRecord read(const Catalog& catalog, PropertyOwner owner, const std::string& key) {
  return catalog.property(owner, key).value_or(PropertyRecord{});
}

/// "dr/a" or "dr/a@s"; bookmarks have no properties to set.
PropertyOwner find_owner(const Catalog& catalog, const std::string& text) {
  const Name name = parse_name(text);
  if (name.kind == NameKind::kSnapshot) return get_snapshot(catalog, name).id;
  if (name.kind == NameKind::kBookmark) {
    fail(ErrorKind::kUsage, "bookmarks have no properties that can be set");
  }
  return {catalog.get(name.dataset).id, Birth{}};
}

unsigned type_bit(const Catalog& catalog, PropertyOwner owner) {
  if (owner.birth) return static_cast<unsigned>(EntryType::kSnapshot);
  const bool is_volume = catalog.dataset(owner.dataset).type == DatasetType::kVolume;
  return static_cast<unsigned>(is_volume ? EntryType::kVolume : EntryType::kFilesystem);
}

void check_applies(const Catalog& catalog, PropertyOwner owner, std::string_view name) {
  const NativeProperty* native = find_native(name);
  if (native != nullptr && (native->types & type_bit(catalog, owner)) == 0) {
    fail(ErrorKind::kUsage, "'{}' does not apply to datasets of this type", native->info.name);
  }
  if (native != nullptr && owner.birth) {
    fail(ErrorKind::kUsage, "this property can not be modified for snapshots");
  }
}

/// As OpenZFS takes it (module/zcommon/zfs_prop.c, zfs_prop_valid_keylocation). What is kept for
/// ZFS's sake, "https:", no key is read from here.
bool is_key_location(std::string_view text) {
  for (const std::string_view scheme : {"file:///", "https://", "http://"})
    if (text.starts_with(scheme) && text.size() > scheme.size()) return true;
  return text == "prompt" || text == "none";
}

void check_key_location(const Catalog& catalog, DatasetId id, std::string_view text) {
  const DatasetRecord dataset = catalog.dataset(id);
  if (!is_key_location(text)) fail(ErrorKind::kUsage, "invalid keylocation");
  if (!dataset.key && text != "none")
    fail(ErrorKind::kState, "keylocation must be 'none' for unencrypted datasets");
  if (!dataset.key) return;
  if (text == "none")
    fail(ErrorKind::kState, "keylocation must not be 'none' for encrypted datasets");
  if (!dataset.is_encryption_root())
    fail(ErrorKind::kState, "keylocation can only be set on encryption roots: that of '{}' is '{}'",
         catalog.full_name(id), catalog.full_name(dataset.key->encryption_root));
}

}  // namespace

void set_property(Catalog& catalog, PropertyOwner owner, std::string_view name,
                  std::string_view text) {
  check_settable(name);
  check_applies(catalog, owner, name);
  const std::string key = key_of(name);
  if (key == "keylocation") check_key_location(catalog, owner.dataset, text);
  PropertyRecord property = read(catalog, owner, key);
  property.local = parse_value(key, text);
  catalog.put_property(owner, key, property);
}

void set_received(Catalog& catalog, PropertyOwner owner, std::string_view name,
                  const PropertyValue& value) {
  const std::string key = key_of(name);
  PropertyRecord property = read(catalog, owner, key);
  property.received = value;
  catalog.put_property(owner, key, property);
}

void mask_received(Catalog& catalog, PropertyOwner owner, std::string_view name) {
  const std::string key = key_of(name);
  PropertyRecord property = read(catalog, owner, key);
  property.is_received_masked = true;
  catalog.put_property(owner, key, property);
}

void inherit(Catalog& catalog, PropertyOwner owner, std::string_view name,
             const InheritOptions& options) {
  check_settable(name);
  const std::string key = key_of(name);
  PropertyRecord property = read(catalog, owner, key);
  property.local.reset();
  property.is_received_masked = !options.to_received && property.received.has_value();
  catalog.put_property(owner, key, property);
}

void set_properties(Change& change, const std::vector<std::string>& names,
                    const Properties& properties) {
  for (const std::string& name : names) {
    const PropertyOwner owner = find_owner(change.catalog, name);
    in_context(fmt::format("cannot set property for '{}'", name), [&] {
      for (const auto& [property, value] : properties) {
        set_property(change.catalog, owner, property, value);
      }
    });
  }
}

void inherit_property(Change& change, const std::vector<std::string>& names,
                      const std::string& property, const InheritOptions& options) {
  const NativeProperty* native = find_native(property);
  if (native != nullptr && native->role == PropertyRole::kPlain && !options.to_received) {
    fail(ErrorKind::kUsage, "'{}' property cannot be inherited", native->info.name);
  }
  for (const std::string& name : names) {
    const PropertyOwner owner = find_owner(change.catalog, name);
    in_context(fmt::format("cannot inherit property for '{}'", name), [&] {
      inherit(change.catalog, owner, property, options);
      if (!options.recursive || owner.birth) return;
      const DatasetRecord top = change.catalog.dataset(owner.dataset);
      for (const DatasetRecord& each : with_descendants(change.catalog, top)) {
        inherit(change.catalog, {each.id, Birth{}}, property, options);
        for (const SnapshotRecord& snapshot : change.catalog.snapshots(each.id)) {
          inherit(change.catalog, snapshot.id, property, options);
        }
      }
    });
  }
}

}  // namespace sealift::catalog
