// SPDX-License-Identifier: Apache-2.0
// The list in a package's BEGIN, pair by pair in the order of OpenZFS's sender.
#include <fmt/format.h>

#include "catalog/property_table.h"
#include "replicate/package_contents.h"

namespace sealift::replicate {
namespace {

using catalog::PropertyRole;
using catalog::PropertyValue;
using stream::Nvlist;

/// Quotas and reservations of a snapshot are those of its dataset, and told there.
bool is_space_limit(std::string_view name) {
  return name == "quota" || name == "reservation" || name == "refquota" || name == "refreservation";
}

bool is_sent(std::string_view name, catalog::PropertyOwner owner) {
  const bool is_snapshot = static_cast<bool>(owner.birth);
  if (is_user_property(name)) return true;
  const catalog::NativeProperty* native = catalog::find_native(name);
  if (native == nullptr || (is_snapshot && is_space_limit(name))) return false;
  return native->role != PropertyRole::kReadOnly && native->role != PropertyRole::kOneTime;
}

std::optional<PropertyValue> in_force(const catalog::PropertyRecord& record) {
  if (record.local) return record.local;
  if (record.is_received_masked) return std::nullopt;
  return record.received;
}

void add_value(Nvlist& list, std::string_view name, const PropertyValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    list.add_u64(name, *number);
  } else {
    list.add_string(name, std::get<std::string>(value));
  }
}

}  // namespace

Nvlist PackageContents::properties(catalog::PropertyOwner owner) const {
  Nvlist list;
  for (const auto& [name, record] : catalog_.properties(owner)) {
    const auto value = request_.received_properties ? record.received : in_force(record);
    if (value && is_sent(name, owner)) add_value(list, name, *value);
  }
  return list;
}

Nvlist PackageContents::holds(catalog::SnapshotId snapshot) const {
  Nvlist list;
  for (const catalog::HoldRecord& hold : catalog_.holds(snapshot))
    list.add_u64(hold.tag, static_cast<std::uint64_t>(hold.creation_seconds));
  return list;
}

Nvlist PackageContents::entry(const PackagedDataset& packaged) const {
  Nvlist entry;
  entry.add_string("name", packaged.name);
  entry.add_u64("parentfromsnap", packaged.parent_guid);
  if (packaged.origin) entry.add_u64("origin", packaged.origin->guid);
  // Before the properties, as OpenZFS up to 2.1 has it; 2.3 puts it behind them.
  if (packaged.dataset.is_encryption_root()) entry.add_boolean("is_encroot");
  if (request_.properties || request_.received_properties || request_.replicate)
    entry.add_nvlist("props", properties({packaged.dataset.id, {}}));
  Nvlist snaps, snapprops, snapholds;
  for (std::size_t i = 0; i < packaged.snapshots.size(); ++i) {
    const catalog::SnapshotRecord& snapshot = packaged.snapshots[i];
    snaps.append({snapshot.name, stream::DataType::kUint64, snapshot.guid});
    if (i < packaged.first_described) continue;
    snapprops.append(
        {snapshot.name, stream::DataType::kNvlist, std::vector<Nvlist>{properties(snapshot.id)}});
    if (request_.holds)
      snapholds.append(
          {snapshot.name, stream::DataType::kNvlist, std::vector<Nvlist>{holds(snapshot.id)}});
  }
  entry.add_nvlist("snaps", std::move(snaps));
  entry.add_nvlist("snapprops", std::move(snapprops));
  if (request_.holds) entry.add_nvlist("snapholds", std::move(snapholds));
  return entry;
}

Nvlist PackageContents::list() const {
  Nvlist list;
  if (!range_.from.empty()) list.add_string("fromsnap", range_.from);
  list.add_string("tosnap", range_.to);
  if (!request_.replicate) list.add_boolean("not_recursive");
  if (request_.format.raw) list.add_boolean("raw");
  Nvlist datasets;
  for (const PackagedDataset& each : datasets_)
    datasets.append({fmt::format("{:#x}", each.dataset.guid), stream::DataType::kNvlist,
                     std::vector<Nvlist>{entry(each)}});
  list.add_nvlist("fss", std::move(datasets));
  return list;
}

}  // namespace sealift::replicate
