// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/listing.h>

#include <map>
#include <unordered_map>

#include "catalog/catalog.h"
#include "catalog/property_table.h"

namespace sealift::catalog {

/// What all entries of one listing share. Caches names and the properties of datasets, which
/// descendants inherit; one thread.
class Shelf {
 public:
  Shelf(const vault::BlockReader& reader, const BlockPointer& root) : catalog(reader, root) {}

  const std::string& full_name(DatasetId id) const;
  using Values = std::map<std::string, PropertyRecord, std::less<>>;
  /// The properties set on `owner` itself.
  const Values& own_properties(DatasetId id) const;

  Catalog catalog;
  std::uint64_t available_bytes = 0;  ///< in the file system that holds the vault
  IsKeyLoaded is_key_loaded;          ///< may be empty

 private:
  mutable std::unordered_map<DatasetId, std::string> names_;
  mutable std::unordered_map<DatasetId, Values> properties_;
};

/// What stands behind an Entry.
struct Item {
  const Shelf* shelf;
  EntryType type;
  std::string name;                              ///< in full
  std::shared_ptr<const DatasetRecord> dataset;  ///< itself, or whose snapshot it is
  std::optional<SnapshotRecord> snapshot;
  std::optional<BookmarkRecord> bookmark;

  bool is_dataset() const { return !snapshot && !bookmark; }
  PropertyOwner owner() const { return {dataset->id, snapshot ? snapshot->id.birth : Birth{}}; }
};

/// A property that is kept as it was set or received: local, received, or inherited.
Property stored_property(const Item& item, std::string_view name);
/// A native property that follows from the records. `native` is read-only, or keylocation.
Property derived_property(const Item& item, const NativeProperty& native);
/// True for those that derived_property() knows.
bool is_derived(const NativeProperty& native);
/// "written@snapshot".
Property written_since(const Item& item, std::string_view snapshot);

// Shorthands for values.
Property text_property(std::string value);
Property number_property(std::uint64_t value, Unit unit);
/// An entry of this type has it, but not this one: "-".
Property unset_property();
/// No entry of this type has it.
Property no_property();

}  // namespace sealift::catalog
