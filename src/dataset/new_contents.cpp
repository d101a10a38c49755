// SPDX-License-Identifier: Apache-2.0
// What a dataset holds from its birth; of <sealift/put.h>.
#include "base/error.h"
#include "catalog/name.h"
#include "catalog/operations.h"
#include "dataset/file_system_writer.h"
#include "dataset/head_writer.h"
#include "dataset/put_volume.h"

namespace sealift {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;

/// An empty directory of root's, that anybody may look into (module/os/linux/zfs/zfs_znode_os.c,
/// zfs_create_fs).
dataset::NewFile root_directory(const Moment& moment) {
  dataset::NewFile file;
  file.status.mode = dataset::file_mode::kDirectory | 0755;
  file.status.mtime.seconds = moment.seconds;
  file.status.atime = file.status.ctime = file.status.mtime;
  file.status.birth = file.status.mtime;
  file.generation = 1;
  file.size = 2;
  file.links = 2;
  return file;
}

void make_file_system(dataset::HeadWriter& head, const Moment& moment) {
  dataset::FileSystemWriter files(head.writer(), nullptr, head.property("dnodesize", 0));
  dataset::NewFile root = root_directory(moment);
  root.parent = files.root();
  files.put_names(files.root(), {}, nullptr);
  files.put_attributes(files.root(), root);
  files.finish();
}

void make_contents_of(Vault& vault, const PutRequest& request, const Moment& moment) {
  dataset::HeadWriter head(vault.inner(), request);
  if (head.is_volume()) {
    dataset::create_volume(head);
  } else {
    make_file_system(head, moment);
  }
  head.commit(moment);
}

/// Names of the empty datasets on the way to `name`, itself too, the uppermost first.
std::vector<std::string> empty_on_the_way(const Catalog& catalog, std::string_view name) {
  std::vector<std::string> found;
  for (; !catalog::parent_of(name).empty(); name = catalog::parent_of(name)) {
    const DatasetRecord dataset = catalog.get(name);
    if (dataset.head.objset.is_null() && !dataset.is_incomplete) found.emplace_back(name);
  }
  return {found.rbegin(), found.rend()};
}

}  // namespace

void make_contents(Vault& vault, const std::string& dataset, const KeyAccess& key,
                   const Moment& moment) {
  const Catalog catalog = catalog::open_catalog(vault.inner());
  PutRequest request;
  request.key = key;
  for (const std::string& name : empty_on_the_way(catalog, dataset)) {
    request.dataset = name;
    in_context(fmt::format("cannot make the contents of '{}'", name),
               [&] { make_contents_of(vault, request, moment); });
  }
}

}  // namespace sealift
