// SPDX-License-Identifier: Apache-2.0
#include "base/checked.h"
#include "base/error.h"
#include "catalog/operations.h"
#include "catalog/property_table.h"

namespace sealift::catalog {
namespace {

DatasetRecord add_plain(Change& change, const DatasetRecord& parent, std::string_view name) {
  DatasetRecord fresh;
  fresh.parent = parent.id;
  fresh.name = name;
  fresh.guid = change.guids.next();
  fresh.creation_seconds = change.now_seconds;
  fresh.createtxg = change.txg;
  return change.catalog.add_dataset(fresh);
}

DatasetRecord parent_for(Change& change, const std::string& name, bool make_parents) {
  const std::string parent_name(parent_of(name));
  const auto root = change.catalog.root();
  if (parent_name.empty() || components(name).front() != root.name) {
    fail(ErrorKind::kState, "no such vault '{}': this one is '{}'", components(name).front(),
         root.name);
  }
  if (make_parents) return make_path(change, parent_name);
  const auto parent = change.catalog.find(parent_name);
  if (!parent) fail(ErrorKind::kState, "parent does not exist");
  return *parent;
}

constexpr std::string_view kBlockSizeName = "volblocksize";
constexpr std::uint64_t kMaxVolumeBytes = 1ULL << 62;

/// What a volume is made with, as zfs create -V checks it (OpenZFS lib/libzfs/libzfs_dataset.c).
void shape_volume(Change& change, const DatasetRecord& volume, const CreateOptions& options) {
  constexpr std::uint64_t default_block_bytes = 16384;
  PropertyValue block_bytes = default_block_bytes;
  const auto given = options.properties.find(std::string(kBlockSizeName));
  if (given != options.properties.end()) block_bytes = parse_value(kBlockSizeName, given->second);
  if (*options.volume_bytes == 0) fail(ErrorKind::kUsage, "volume size cannot be zero");
  if (*options.volume_bytes > kMaxVolumeBytes)
    fail(ErrorKind::kUsage, "volume size exceeds limit for this system");
  PropertyRecord property;
  property.local = round_up(*options.volume_bytes, std::get<std::uint64_t>(block_bytes));
  change.catalog.put_property({volume.id, Birth{}}, "volsize", property);
  property.local = block_bytes;
  change.catalog.put_property({volume.id, Birth{}}, kBlockSizeName, property);
}

DatasetRecord create_below(Change& change, const std::string& name, const CreateOptions& options) {
  const DatasetRecord parent = parent_for(change, name, options.parents);
  if (parent.type != DatasetType::kFilesystem) {
    fail(ErrorKind::kState, "parent is not a filesystem");
  }
  DatasetRecord fresh = add_plain(change, parent, last_component(name));
  if (options.volume_bytes) {
    fresh.type = DatasetType::kVolume;
    change.catalog.update(fresh);
    shape_volume(change, fresh, options);
  }
  for (const auto& [property, value] : options.properties) {
    if (options.volume_bytes && property == kBlockSizeName) continue;
    set_property(change.catalog, {fresh.id, Birth{}}, property, value);
  }
  return fresh;
}

}  // namespace

DatasetRecord create_dataset(Change& change, const std::string& name,
                             const CreateOptions& options) {
  parse_dataset_name(name);
  return in_context(fmt::format("cannot create '{}'", name), [&] {
    if (const auto there = change.catalog.find(name)) {
      if (options.parents) return *there;
      fail(ErrorKind::kState, "dataset already exists");
    }
    return create_below(change, name, options);
  });
}

DatasetRecord make_path(Change& change, const std::string& name) {
  if (const auto there = change.catalog.find(name)) return *there;
  CreateOptions options;
  options.parents = true;
  return create_below(change, name, options);
}

}  // namespace sealift::catalog
