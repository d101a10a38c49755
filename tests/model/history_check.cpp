// SPDX-License-Identifier: Apache-2.0
// What has to hold after each step: everything is there that the model says, opens with the key
// that it says, and holds what was written.
#include <fmt/format.h>

#include <algorithm>

#include "keys/verifier.h"
#include "model/history.h"
#include "objset/object_set.h"

namespace sealift::model {
namespace {

std::vector<catalog::DatasetRecord> sealed_datasets(const catalog::Catalog& catalog) {
  std::vector<catalog::DatasetRecord> found;
  for (const auto& each : catalog::with_descendants(catalog, catalog.root()))
    if (each.parent) found.push_back(each);
  return found;
}

bool holds(vault::Vault& vault, const objset::Dnode& dnode, const SealedFile& wanted) {
  const objset::Entry& entry = dnode.pointers.front();
  return entry.sealing == wanted.sealing && vault.read(entry.where) == wanted.sealed;
}

}  // namespace

void History::check(Place& place) {
  const std::string found = difference(place, place.model);
  if (!found.empty()) fail(fmt::format("vault {}: {}", &place - places_.data(), found));
}

std::string History::difference(Place& place, const Model& model) {
  catalog::Catalog catalog = place.site.catalog();
  const auto datasets = sealed_datasets(catalog);
  for (const auto& [name, dataset] : model)
    if (!catalog.find(name)) return name + " is gone";
  for (const auto& each : datasets) {
    const std::string name = catalog.full_name(each.id);
    if (model.count(name) == 0) return name + " is there";
    if (catalog.partial(each.id)) return name + " has an unfinished receive";
    const std::string found = difference(catalog, place, model, name);
    if (!found.empty()) return fmt::format("{}: {}", name, found);
  }
  return {};
}

std::string History::difference(catalog::Catalog& catalog, Place& place, const Model& model,
                                const std::string& name) {
  const Dataset& wanted = model.at(name);
  const catalog::DatasetRecord dataset = catalog.get(name);
  if (!dataset.key || dataset.key->key_guid != wanted.key_guid) return "another master key";
  const std::string* root = name_of(model, wanted.root);
  const std::string root_here = catalog.full_name(dataset.key->encryption_root);
  if (root == nullptr || root_here != *root)
    return fmt::format("its encryption root is {}, not {}", root_here, root ? *root : "there");
  if (model.at(*root).key != wanted.key) return "its root has another key";

  const auto own = catalog.wrapping(dataset.id, dataset.key->own);
  if (!own) return "its wrapping is lost";
  const std::string opened = fmt::format("{} {}", to_text(own->id()), wanted.key);
  if (place.proven.count(opened) == 0) {
    if (!keys::MasterKey::unwrap(*own, wrapping_key(wanted.key))) return "it does not open";
    place.proven.insert(opened);
  }
  const auto snapshots = catalog.snapshots(dataset.id);
  if (snapshots.size() != wanted.snapshots.size()) return "other snapshots";
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    const catalog::SnapshotRecord& here = snapshots[i];
    const Snapshot& there = wanted.snapshots[i];
    if (here.guid != there.guid || here.name != there.name || here.ivset_guid != there.ivset)
      return "another snapshot than @" + there.name;
    const std::string proof = fmt::format("{} {} {} {}", here.objset.segment, here.objset.offset,
                                          here.objset.length, there.guid);
    if (place.proven.count(proof) != 0) continue;
    const auto key = keys::MasterKey::unwrap(*own, wrapping_key(wanted.key));
    const std::string found = contents_difference(place, here, key.value(), there);
    if (!found.empty()) return fmt::format("@{}: {}", here.name, found);
    place.proven.insert(proof);
  }
  return {};
}

/// What authenticates with the master key is, byte for byte, what was sealed: so the plaintext is
/// the one that was written.
std::string History::contents_difference(Place& place, const catalog::SnapshotRecord& record,
                                         const keys::MasterKey& key, const Snapshot& wanted) {
  vault::Vault& vault = place.site.vault();
  const objset::ObjectSet set = objset::read_object_set(vault, record.objset);
  std::string fault;
  keys::Verifier verifier(vault, &key, keys::Depth::kBlocks,
                          [&](const keys::Fault& each) { fault = each.what; });
  const keys::VerifyTotals totals = verifier.verify(set);
  if (totals.faults != 0) return fault;
  const auto& files = wanted.contents->files;
  if (totals.objects != files.size()) return "another number of files";
  const objset::DnodeBlock block = objset::read_dnode_block(vault, set.pointers.front());
  for (const auto& [slot, dnode] : block) {
    const auto file = files.find(slot);
    if (file == files.end() || !holds(vault, dnode, file->second))
      return fmt::format("file {} is another", slot);
  }
  return {};
}

}  // namespace sealift::model
