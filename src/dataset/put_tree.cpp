// SPDX-License-Identifier: Apache-2.0
#include "dataset/put_tree.h"

#include "base/checked.h"
#include "base/error.h"
#include "dataset/object_types.h"
#include "dataset/path.h"

namespace sealift::dataset {
namespace {

constexpr std::uint64_t kDefaultRecordBytes = 128U << 10;
constexpr std::uint64_t kSector = 512;

std::uint64_t type_of(const os::FileStatus& status) {
  return status.mode & file_mode::kTypeMask;
}

bool is_directory(const os::FileStatus& status) {
  return type_of(status) == file_mode::kDirectory;
}

/// Whose blocks a plain stream cut: they are made anew, as they would be without that.
bool is_cut(const objset::Dnode& dnode) {
  return dnode.uncut_size != 0 || dnode.hole_end != 0;
}

}  // namespace

TreePut::TreePut(HeadWriter& head, const PutRequest& request, PutState& state)
    : head_(head),
      request_(request),
      state_(state),
      files_(head.writer(), head.before()),
      blocks_(head, state),
      record_size_(head.property("recordsize", kDefaultRecordBytes)) {
  if (head.before() != nullptr) before_.emplace(*head.before());
}

void TreePut::run() {
  const os::SourceDirectory source(request_.source);
  Child root;
  root.status = source.status();
  root.object = files_.root();
  if (before_) {
    root.before = before_->file(root.object);
    claimed_.insert(root.object);
  } else {
    state_.totals.is_changed = true;
  }
  device_ = root.status.device;
  put_directory(source, root, root.object);
  finish_links();
  remove_gone();
  files_.finish();
}

void TreePut::warn(const std::string& text) const {
  if (state_.observer.on_warning) state_.observer.on_warning(text);
}

void TreePut::note(const Child& child) {
  PutTotals& totals = state_.totals;
  const char what = !child.before ? '+' : child.is_renamed ? 'R' : 'M';
  ++(!child.before ? totals.added : child.is_renamed ? totals.renamed : totals.changed);
  totals.is_changed = true;
  if (state_.observer.on_change) state_.observer.on_change(what, child.path);
}

// -- Directories -------------------------------------------------------------------------------

TreePut::Names TreePut::names_before(const std::optional<File>& directory) const {
  Names names;
  if (!directory) return names;
  before_->each_entry(*directory, [&](const DirectoryEntry& entry) {
    names.emplace(entry.name, entry.object);
    return true;
  });
  return names;
}

bool TreePut::is_excluded(const std::string& path, const std::string& name) const {
  for (const std::string& pattern : request_.exclude) {
    const bool is_path = pattern.find('/') != std::string::npos;
    if (os::matches_pattern(pattern, is_path ? path : name)) return true;
  }
  return false;
}

std::vector<TreePut::Child> TreePut::list(const os::SourceDirectory& from,
                                          const std::string& path) {
  std::vector<Child> children;
  for (const std::string& name : from.names()) {
    Child child;
    child.name = name;
    child.path = joined(path, name);
    if (is_excluded(child.path, name)) continue;
    const auto status = from.status(name);
    if (!status) {
      warn(fmt::format("{} vanished", child.path));
      continue;
    }
    child.status = *status;
    if (request_.one_file_system && status->device != device_ && !is_directory(*status)) continue;
    children.push_back(std::move(child));
  }
  return children;
}

void TreePut::put_directory(const os::SourceDirectory& from, const Child& self,
                            std::uint64_t parent) {
  ++state_.progress.files;
  Names before = names_before(self.before);
  std::vector<Child> children;
  const bool is_crossed = request_.one_file_system && self.status.device != device_;
  if (!is_crossed) children = list(from, self.path);
  std::unordered_set<std::uint64_t> inodes;
  for (const Child& child : children) inodes.insert(child.status.inode);
  std::vector<ZapItem> items;
  std::size_t directories = 0;
  bool names_changed = !self.before || before.size() != children.size();
  for (Child& child : children) {
    match(child, before, inodes);
    if (!is_directory(child.status)) put_file(from, child, self.object);
    directories += is_directory(child.status) ? 1 : 0;
    items.push_back({child.name, 8, {directory_entry::encode(child.object, child.status.mode)}});
    const auto old = before.find(child.name);
    if (old != before.end() && old->second == child.object) {
      before.erase(old);
    } else {
      names_changed = true;
    }
  }
  for (const auto& [name, object] : before) gone_.emplace_back(object, joined(self.path, name));
  if (names_changed)
    files_.put_names(self.object, std::move(items), self.before ? self.before->object : nullptr);
  NewFile file;
  file.status = self.status;
  file.size = children.size() + 2;
  file.links = directories + 2;
  file.parent = parent;
  if (names_changed || !is_unchanged(self, parent)) {
    put_znode(from, self, std::move(file));
    note(self);
  } else {
    ++state_.totals.unchanged;
  }
  for (const Child& child : children) {
    if (!is_directory(child.status)) continue;
    const auto below = from.open_directory(child.name);
    if (!below || !below->status().is_same_file(child.status)) {
      fail(ErrorKind::kRetry, "{} was replaced while it was read", child.path);
    }
    put_directory(*below, child, self.object);
  }
}

// -- Who is who --------------------------------------------------------------------------------

/// The object as a file of the same type that nothing else in the source is; nothing otherwise.
std::optional<File> TreePut::known(std::uint64_t object, const os::FileStatus& status) const {
  if (claimed_.count(object) != 0) return std::nullopt;
  File file = before_->file(object);
  if (file.type() != type_of(status)) return std::nullopt;
  return file;
}

void TreePut::index_inodes() {
  is_indexed_ = true;
  Plaintext& from = *head_.before();
  for (std::uint64_t object = 1; object < from.set().object_limit(); ++object) {
    const ObjectPtr found = from.find(object);
    if (!found || found->dnode.bonus_type != object_type::kSystemAttributes) continue;
    by_inode_.emplace(before_->file(object).generation, object);
  }
}

std::optional<File> TreePut::find_by_inode(const os::FileStatus& status) {
  if (!is_indexed_) index_inodes();
  const auto found = by_inode_.find(status.inode);
  return found == by_inode_.end() ? std::nullopt : known(found->second, status);
}

void TreePut::match(Child& child, const Names& before,
                    const std::unordered_set<std::uint64_t>& inodes) {
  if (!is_directory(child.status) && child.status.links > 1) {
    const auto linked = linked_.find({child.status.device, child.status.inode});
    if (linked != linked_.end()) {
      child.object = linked->second.object;
      return;
    }
  }
  const auto name = before.find(child.name);
  std::optional<File> by_name;
  if (name != before.end()) by_name = known(name->second, child.status);
  if (by_name && by_name->generation == child.status.inode) {
    child.before = std::move(by_name);
  } else if (before_) {
    child.before = find_by_inode(child.status);
    child.is_renamed = child.before.has_value();
    // What had the name may stand beside it now under another.
    if (!child.before && by_name && inodes.count(by_name->generation) == 0)
      child.before = std::move(by_name);
  }
  if (child.before) {
    child.object = child.before->number();
    claimed_.insert(child.object);
  } else {
    child.object = files_.create(child.status.mode);
  }
}

bool TreePut::is_unchanged(const Child& child, std::uint64_t parent) const {
  if (!child.before) return false;
  const File& before = *child.before;
  const os::FileStatus& now = child.status;
  const bool has_size =
      is_directory(now) || type_of(now) != file_mode::kRegular || before.size == now.size;
  return has_size && before.generation == now.inode && before.parent == parent &&
         before.mode == now.mode && before.uid == now.uid && before.gid == now.gid &&
         before.mtime == now.mtime && before.ctime == now.ctime;
}

// -- Files -------------------------------------------------------------------------------------

void TreePut::put_file(const os::SourceDirectory& from, const Child& found, std::uint64_t parent) {
  const Inode inode{found.status.device, found.status.inode};
  const auto linked = linked_.find(inode);
  if (found.status.links > 1 && linked != linked_.end()) {
    ++linked->second.file.links;
    return;
  }
  ++state_.progress.files;
  Child child = found;
  const bool is_changed = !is_unchanged(child, parent);
  NewFile file;
  if (is_changed) {
    put_contents(from, child);
    note(child);
  } else {
    ++state_.totals.unchanged;
  }
  file.status = child.status;
  file.size = child.status.size;
  file.parent = parent;
  if (type_of(child.status) == file_mode::kSymlink)
    file.target = from.link_target(child.name).value_or(std::string());
  if (found.status.links == 1) {
    if (is_changed) put_znode(from, child, std::move(file));
    return;
  }
  file.xattrs = xattrs_of(from, child);
  linked_[inode] = {child.object, std::move(file), child.before ? child.before->links : 0,
                    is_changed};
}

/// Of what is no regular file there is nothing but attributes.
bool TreePut::put_contents(const os::SourceDirectory& from, Child& child) {
  if (type_of(child.status) != file_mode::kRegular) return false;
  const auto file = from.open_file(child.name);
  if (!file || !file->status().is_same_file(child.status))
    fail(ErrorKind::kRetry, "{} was replaced while it was read", child.path);
  const bool is_changed = put_bytes(*file, child);
  const os::FileStatus after = file->status();
  if (after.mtime != child.status.mtime || after.size != child.status.size)
    warn(fmt::format("{} changed while it was read", child.path));
  return is_changed;
}

/// A file of one block has one that it just fits into, and never a smaller one than before.
std::uint32_t TreePut::block_size_for(const Child& child) const {
  const std::uint64_t size = child.status.size;
  if (child.before && !is_cut(child.before->object->dnode)) {
    const std::uint32_t now = child.before->object->block_size();
    const bool has_several = child.before->object->dnode.max_block > 0;
    if (has_several || size <= now) return now;
  }
  const std::uint64_t wanted = std::min(record_size_, round_up(size, kSector));
  return static_cast<std::uint32_t>(std::max(kSector, wanted));
}

bool TreePut::put_bytes(const os::SourceFile& from, const Child& child) {
  const std::uint32_t block_size = block_size_for(child);
  BytesToPut what{from, child.status.size, child.object, block_size,
                  child.before ? child.before->object : nullptr};
  SetWriter& writer = files_.writer();
  if (!child.before || child.before->object->block_size() != block_size ||
      is_cut(child.before->object->dnode)) {
    writer.reshape(child.object, block_size);
    what.before = nullptr;
  }
  const std::uint64_t blocks = what.blocks();
  if (blocks > 0) writer.extend(child.object, blocks - 1);
  bool is_changed = blocks_.put(what);
  if (what.before && what.before->dnode.max_block + 1 > blocks) {
    writer.truncate(child.object, blocks);
    is_changed = true;
  }
  return is_changed;
}

os::SourceDirectory::ExtendedAttributes TreePut::xattrs_of(const os::SourceDirectory& from,
                                                           const Child& child) const {
  auto xattrs = from.extended_attributes(is_directory(child.status) ? "" : child.name);
  for (const std::string& name : drop_large_xattrs(xattrs))
    warn(fmt::format("{}: extended attribute {} is too large and left out", child.path, name));
  return xattrs;
}

void TreePut::put_znode(const os::SourceDirectory& from, const Child& child, NewFile file) {
  if (file.xattrs.empty()) file.xattrs = xattrs_of(from, child);
  if (type_of(child.status) == file_mode::kSymlink) file.size = file.target.size();
  if (child.before) remove_hidden(*child.before);
  files_.put_attributes(child.object, file);
}

void TreePut::finish_links() {
  for (auto& [inode, linked] : linked_) {
    if (!linked.is_changed && linked.file.links == linked.links_before) continue;
    state_.totals.is_changed = true;
    files_.put_attributes(linked.object, linked.file);
  }
}

// -- What is gone ------------------------------------------------------------------------------

void TreePut::remove_gone() {
  for (const auto& [object, path] : gone_) remove(object, path);
}

/// A name that led to `object` is not there any more. What other names lead to stays.
void TreePut::remove(std::uint64_t object, const std::string& path) {
  state_.totals.is_changed = true;
  if (!claimed_.insert(object).second) return;
  const File file = before_->file(object);
  for (const auto& [name, below] :
       names_before(file.is_directory() ? std::optional(file) : std::nullopt))
    remove(below, joined(path, name));
  remove_hidden(file);
  files_.writer().remove(object);
  ++state_.totals.removed;
  if (state_.observer.on_change) state_.observer.on_change('-', path);
}

/// The directory of a file's extended attributes: all of them are among its own attributes now.
void TreePut::remove_hidden(const File& file) {
  if (file.xattr_directory == 0 || !claimed_.insert(file.xattr_directory).second) return;
  for (const auto& [name, object] : names_before(before_->file(file.xattr_directory)))
    if (claimed_.insert(object).second) files_.writer().remove(object);
  files_.writer().remove(file.xattr_directory);
}

}  // namespace sealift::dataset
