// SPDX-License-Identifier: Apache-2.0
#include "catalog/item.h"

#include "catalog/keys.h"

namespace sealift::catalog {
namespace {

Property from_value(std::string_view name, const PropertyValue& value) {
  Property property = text_property(format_value(name, value));
  const NativeProperty* native = find_native(name);
  if (native == nullptr) return property;
  property.unit = native->info.unit;
  const auto* number = std::get_if<std::uint64_t>(&value);
  if (number != nullptr && native->form != PropertyForm::kIndex) property.number = *number;
  return property;
}

bool is_inheritable(std::string_view name) {
  const NativeProperty* native = find_native(name);
  return native == nullptr || native->role == PropertyRole::kInherited;
}

/// The value in force on one level, if there is one.
std::optional<Property> on_level(std::string_view name, const PropertyRecord& record) {
  std::optional<Property> found;
  if (record.local) {
    found = from_value(name, *record.local);
    found->source = PropertySource::kLocal;
  } else if (record.received && !record.is_received_masked) {
    found = from_value(name, *record.received);
    found->source = PropertySource::kReceived;
  }
  return found;
}

std::optional<Property> on_dataset(const Shelf& shelf, DatasetId id, std::string_view name) {
  const auto& values = shelf.own_properties(id);
  const auto record = values.find(name);
  return record == values.end() ? std::nullopt : on_level(name, record->second);
}

std::optional<PropertyRecord> own_record(const Item& item, std::string_view name) {
  if (item.snapshot) return item.shelf->catalog.property(item.owner(), name);
  const auto& values = item.shelf->own_properties(item.dataset->id);
  const auto record = values.find(name);
  return record == values.end() ? std::nullopt : std::optional(record->second);
}

std::optional<Property> inherited(const Item& item, std::string_view name) {
  if (!is_inheritable(name)) return std::nullopt;
  DatasetId id = item.snapshot ? item.dataset->id : item.dataset->parent;
  while (id) {
    if (auto found = on_dataset(*item.shelf, id, name)) {
      found->source = PropertySource::kInherited;
      found->inherited_from = item.shelf->full_name(id);
      return found;
    }
    id = item.shelf->catalog.dataset(id).parent;
  }
  return std::nullopt;
}

}  // namespace

const std::string& Shelf::full_name(DatasetId id) const {
  const auto [at, is_new] = names_.try_emplace(id);
  if (is_new) at->second = catalog.full_name(id);
  return at->second;
}

const Shelf::Values& Shelf::own_properties(DatasetId id) const {
  const auto [at, is_new] = properties_.try_emplace(id);
  if (is_new) {
    for (auto& [name, record] : catalog.properties({id, Birth{}})) {
      at->second.emplace(std::move(name), std::move(record));
    }
  }
  return at->second;
}

Property text_property(std::string value) {
  Property property;
  property.value = std::move(value);
  return property;
}

Property number_property(std::uint64_t value, Unit unit) {
  Property property;
  property.value = std::to_string(value);
  property.number = value;
  property.unit = unit;
  return property;
}

Property unset_property() {
  return {};
}

Property no_property() {
  Property property;
  property.applies = false;
  return property;
}

Property stored_property(const Item& item, std::string_view name) {
  if (item.bookmark) return no_property();
  const auto record = own_record(item, name);
  std::optional<Property> found = record ? on_level(name, *record) : std::nullopt;
  if (!found) found = inherited(item, name);
  Property property = found.value_or(unset_property());
  if (record && record->received) {
    property.received = format_value(name, *record->received);
    property.received_number = from_value(name, *record->received).number;
  }
  return property;
}

Property written_since(const Item& item, std::string_view name) {
  if (!item.is_dataset() && !item.snapshot) return no_property();
  const Catalog& catalog = item.shelf->catalog;
  const auto since = catalog.find_snapshot(item.dataset->id, name);
  if (!since) return unset_property();
  if (item.snapshot && item.snapshot->id.birth <= since->id.birth) return unset_property();
  std::uint64_t written = 0;
  std::uint64_t died = 0;
  // referenced(b) - referenced(a) + what of a died on the way, as dead_bytes.h has it.
  const auto add_dead = [&](SnapshotId id) {
    const DeadBytes dead = catalog.dead_bytes(id);
    died += total(dead) - total_after(dead, since->id.birth);
  };
  const Birth last = item.snapshot ? item.snapshot->id.birth : keys::kHeadBirth;
  for (auto at = catalog.next(since->id); at && at->id.birth <= last; at = catalog.next(at->id)) {
    add_dead(at->id);
  }
  if (item.is_dataset()) add_dead({item.dataset->id, keys::kHeadBirth});
  written =
      (item.snapshot ? item.snapshot->referenced_bytes : item.dataset->head.referenced_bytes) +
      died - since->referenced_bytes;
  Property property = number_property(written, Unit::kBytes);
  property.source = PropertySource::kLocal;
  return property;
}

}  // namespace sealift::catalog
