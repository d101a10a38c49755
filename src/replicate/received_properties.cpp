// SPDX-License-Identifier: Apache-2.0
#include "replicate/received_properties.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/property_table.h"

namespace sealift::replicate {
namespace {

using catalog::NativeProperty;

/// What belongs to the sealed key and so is never chosen by a receiver (zfs_prop.c,
/// zfs_prop_encryption_key_param).
bool is_sealed(std::string_view name) {
  return name == "encryption" || name == "keyformat" || name == "pbkdf2iters" ||
         name == "pbkdf2salt";
}

std::string full_name_of(std::string_view name) {
  const NativeProperty* native = catalog::find_native(name);
  return std::string(native == nullptr ? name : native->info.name);
}

bool applies_to(const catalog::DatasetRecord& dataset, std::string_view name) {
  const NativeProperty* native = catalog::find_native(name);
  const auto type =
      dataset.type == catalog::DatasetType::kVolume ? EntryType::kVolume : EntryType::kFilesystem;
  return native == nullptr || (native->types & static_cast<unsigned>(type)) != 0;
}

bool is_inherited(std::string_view name) {
  const NativeProperty* native = catalog::find_native(name);
  return native == nullptr || native->role == catalog::PropertyRole::kInherited;
}

void check_name(const std::string& name) {
  if (is_sealed(name)) return;
  try {
    catalog::check_settable(name);
  } catch (const Error&) {
    fail(ErrorKind::kUsage, "cannot receive: invalid property '{}'", name);
  }
}

void forget_received(catalog::Catalog& catalog, catalog::PropertyOwner owner,
                     const ReceivedProperties& kept) {
  for (auto& [name, record] : catalog.properties(owner)) {
    const bool stays = std::any_of(kept.begin(), kept.end(), [&, &own = name](const auto& each) {
      return full_name_of(each.first) == own;
    });
    if (stays || !record.received) continue;
    catalog::PropertyRecord cleared = record;
    cleared.received.reset();
    catalog.put_property(owner, name, cleared);
  }
}

}  // namespace

PropertyRules::PropertyRules(const ReceiveRequest& request) : request_(request) {
  for (const auto& [name, value] : request.overrides) {
    check_name(name);
    if (name == "encryption" && value == "off") keeps_plain_ = true;
    if (std::count(request.excluded.begin(), request.excluded.end(), name) != 0)
      fail(ErrorKind::kUsage, "property '{}' is both set and excluded", name);
  }
  for (const std::string& name : request.excluded) check_name(name);
}

void PropertyRules::check(bool is_raw) const {
  for (const auto& [name, value] : request_.overrides) {
    if (is_raw && is_sealed(name))
      fail(ErrorKind::kUsage, "encryption property '{}' cannot be set or excluded for raw streams.",
           name);
    if (is_raw && name == "keylocation" && value == "prompt")
      fail(ErrorKind::kUsage, "keylocation 'prompt' cannot be set for raw streams");
    if (is_sealed(name) && !keeps_plain_)
      fail(ErrorKind::kUsage,
           "property '{}': what a plain stream brings is kept as it is, not "
           "encrypted",
           name);
  }
  for (const std::string& name : request_.excluded)
    if (is_raw && is_sealed(name))
      fail(ErrorKind::kUsage, "encryption property '{}' cannot be set or excluded for raw streams.",
           name);
}

bool PropertyRules::is_excluded(std::string_view name) const {
  return std::any_of(request_.excluded.begin(), request_.excluded.end(),
                     [&](const std::string& each) { return full_name_of(each) == name; });
}

/// What cannot be inherited can only be left out where -x excludes it.
void PropertyRules::take_received(catalog::Catalog& catalog, catalog::PropertyOwner owner,
                                  const ReceivedProperties& received) const {
  ReceivedProperties kept;
  for (const auto& [name, value] : received)
    if (is_inherited(name) || !is_excluded(name)) kept.emplace_back(name, value);
  forget_received(catalog, owner, kept);
  for (const auto& [name, value] : kept) catalog::set_received(catalog, owner, name, value);
}

std::vector<std::string> PropertyRules::exclude(catalog::Catalog& catalog,
                                                const catalog::DatasetRecord& dataset) const {
  const catalog::PropertyOwner owner{dataset.id, {}};
  std::vector<std::string> warnings;
  for (const std::string& name : request_.excluded) {
    if (is_sealed(name)) continue;
    const auto there = catalog.property(owner, full_name_of(name));
    if (!applies_to(dataset, name)) {
      warnings.push_back(fmt::format("{}: property '{}' does not apply to datasets of this type",
                                     catalog.full_name(dataset.id), name));
    } else if (is_inherited(name) && !(there && there->local)) {
      catalog::mask_received(catalog, owner, name);
    }
  }
  return warnings;
}

void PropertyRules::set_overrides(catalog::Catalog& catalog, const catalog::DatasetRecord& dataset,
                                  Place place) const {
  const catalog::PropertyOwner owner{dataset.id, {}};
  for (const auto& [name, value] : request_.overrides) {
    if (is_sealed(name)) continue;
    if (place == Place::kTop) {
      catalog::set_property(catalog, owner, name, value);
    } else if (applies_to(dataset, name)) {
      catalog::mask_received(catalog, owner, name);
    }
  }
}

std::vector<std::string> PropertyRules::apply(catalog::Change& change,
                                              const catalog::DatasetRecord& dataset,
                                              const std::optional<ReceivedProperties>& received,
                                              Place place) const {
  if (received) take_received(change.catalog, {dataset.id, {}}, *received);
  std::vector<std::string> warnings = exclude(change.catalog, dataset);
  set_overrides(change.catalog, dataset, place);
  return warnings;
}

bool has_received(const catalog::Catalog& catalog, catalog::SnapshotId id,
                  const ReceivedProperties& wanted) {
  std::size_t found = 0;
  for (const auto& [name, record] : catalog.properties(id)) {
    if (!record.received) continue;
    const bool is_wanted = std::any_of(
        wanted.begin(), wanted.end(), [&, &own = name, &has = record](const auto& each) {
          return full_name_of(each.first) == own && each.second == *has.received;
        });
    if (!is_wanted) return false;
    ++found;
  }
  return found == wanted.size();
}

void replace_received(catalog::Catalog& catalog, catalog::SnapshotId id,
                      const ReceivedProperties& wanted) {
  forget_received(catalog, id, wanted);
  for (const auto& [name, value] : wanted) catalog::set_received(catalog, id, name, value);
}

void attach_to_snapshot(catalog::Change& change, catalog::SnapshotId id,
                        const ArrivingSnapshot& arriving, Holds holds) {
  for (const auto& [name, value] : arriving.properties)
    catalog::set_received(change.catalog, id, name, value);
  if (holds == Holds::kSkip) return;
  for (const std::string& tag : arriving.holds)
    change.catalog.add_hold(id, {tag, change.now_seconds});
}

}  // namespace sealift::replicate
