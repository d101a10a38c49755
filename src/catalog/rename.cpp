// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "catalog/operations.h"

namespace sealift::catalog {
namespace {

std::size_t longest_name_below(const Catalog& catalog, const DatasetRecord& top) {
  std::size_t longest = 0;
  for (const DatasetRecord& dataset : with_descendants(catalog, top)) {
    std::size_t item = 0;
    catalog.each_snapshot(dataset.id, [&](const SnapshotRecord& snapshot) {
      item = std::max(item, snapshot.name.size() + 1);
      return true;
    });
    longest = std::max(longest, catalog.full_name(dataset.id).size() + item);
  }
  return longest;
}

/// An heir opens with its root's key only while it stands under that root, as OpenZFS has it
/// (module/zfs/dsl_crypt.c, dsl_dir_rename_crypt_check).
void check_encryption(const DatasetRecord& moved, const DatasetRecord& new_parent) {
  if (!moved.key || moved.is_encryption_root()) return;
  const DatasetId root_there = new_parent.key ? new_parent.key->encryption_root : DatasetId{};
  if (root_there != moved.key->encryption_root) {
    fail(ErrorKind::kState, "cannot move encrypted child outside of its encryption root");
  }
}

void rename_dataset(Change& change, const std::string& from, const std::string& to,
                    const RenameOptions& options) {
  Catalog& catalog = change.catalog;
  const DatasetRecord moved = catalog.get(from);
  if (!moved.parent) fail(ErrorKind::kState, "the root dataset has the vault's name for ever");
  if (components(to).front() != catalog.root().name) {
    fail(ErrorKind::kState, "datasets must be within same vault");
  }
  if (from != to && is_within(to, from)) {
    fail(ErrorKind::kUsage, "New dataset name cannot be a descendant of current dataset name");
  }
  if (catalog.find(to)) fail(ErrorKind::kState, "dataset already exists");
  const std::string parent_name(parent_of(to));
  const auto parent = options.parents ? make_path(change, parent_name) : catalog.find(parent_name);
  if (!parent) fail(ErrorKind::kState, "parent does not exist");
  if (parent->type != DatasetType::kFilesystem) {
    fail(ErrorKind::kState, "parent is not a filesystem");
  }
  check_encryption(moved, *parent);
  if (longest_name_below(catalog, moved) - from.size() + to.size() > kMaxNameBytes) {
    fail(ErrorKind::kUsage, "a name below it would be too long");
  }
  catalog.move_dataset(moved.id, parent->id, last_component(to));
}

void rename_snapshot(Change& change, const Name& from, const Name& to,
                     const RenameOptions& options) {
  Catalog& catalog = change.catalog;
  if (from.dataset != to.dataset) {
    fail(ErrorKind::kUsage, "snapshots must be part of same dataset");
  }
  const DatasetRecord top = catalog.get(from.dataset);
  get_snapshot(catalog, from);
  const auto datasets = options.recursive ? with_descendants(catalog, top) : std::vector{top};
  for (const DatasetRecord& dataset : datasets) {
    const auto snapshot = catalog.find_snapshot(dataset.id, from.item);
    if (!snapshot) continue;
    if (catalog.find_snapshot(dataset.id, to.item)) {
      fail(ErrorKind::kState, "{}",
           options.recursive ? "a child dataset already has a snapshot with the new name"
                             : "dataset already exists");
    }
    if (catalog.full_name(dataset.id).size() + 1 + to.item.size() > kMaxNameBytes) {
      fail(ErrorKind::kUsage, "a name would be too long");
    }
    catalog.rename_snapshot(snapshot->id, to.item);
  }
}

}  // namespace

void rename(Change& change, const std::string& from_text, const std::string& to_text,
            const RenameOptions& options) {
  const Name from = parse_name(from_text);
  // "rename dr/a@x @y" means dr/a@y.
  const bool lacks_dataset = from.kind == NameKind::kSnapshot && to_text.starts_with('@');
  const Name to = parse_name(lacks_dataset ? from.dataset + to_text : to_text);
  in_context(fmt::format("cannot rename '{}'", from_text), [&] {
    if (from.kind == NameKind::kBookmark || to.kind != from.kind) {
      fail(ErrorKind::kUsage, "'{}' is another kind of name", to_text);
    }
    if (from.kind == NameKind::kSnapshot) return rename_snapshot(change, from, to, options);
    if (options.recursive) fail(ErrorKind::kUsage, "recursive rename must be a snapshot");
    rename_dataset(change, from.dataset, to.dataset, options);
  });
}

}  // namespace sealift::catalog
