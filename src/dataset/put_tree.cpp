// SPDX-License-Identifier: Apache-2.0
#include "dataset/put_tree.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/extended_attributes.h"
#include "dataset/object_types.h"
#include "dataset/path.h"
#include "stream/record_format.h"

namespace sealift::dataset {
namespace {

constexpr std::uint64_t kDefaultRecordBytes = 128U << 10;
std::uint64_t type_of(const os::FileStatus& status) {
  return status.mode & file_mode::kTypeMask;
}

/// Whose blocks a plain stream cut: they are made anew, as they would be without that.
bool is_cut(const objset::Dnode& dnode) {
  return dnode.uncut_size != 0 || dnode.hole_end != 0;
}

/// Over holes between them, however wide, it steps at once.
template <class Visit>
void each_object(Plaintext& from, const Visit& visit) {
  const objset::Geometry& geometry = from.set().geometry;
  const std::uint64_t end = from.set().object_limit() / objset::kSlotsPerBlock;
  for (std::uint64_t block = 0; block < std::min(end, geometry.capacity());) {
    const auto [entry, level] = from.descend(block, {});
    if (entry.kind != objset::EntryKind::kBlock) {
      block = geometry.blocks_of(level, geometry.ancestor(block, level)).end;
      continue;
    }
    for (std::uint64_t slot = 0; slot < objset::kSlotsPerBlock; ++slot)
      if (const ObjectPtr found = from.find(block * objset::kSlotsPerBlock + slot)) visit(*found);
    ++block;
  }
}

}  // namespace

TreePut::TreePut(HeadWriter& head, const PutRequest& request, PutState& state)
    : head_(head),
      request_(request),
      state_(state),
      before_(head.before() != nullptr ? std::optional<FileSystem>(*head.before()) : std::nullopt),
      files_(head.writer(), head.before(), head.property("dnodesize", 0)),
      blocks_(head, state),
      record_size_(head.property("recordsize", kDefaultRecordBytes)),
      xattr_directories_(
          {files_, before_ ? &*before_ : nullptr, head.compression(), record_size_, claimed_}) {}

void TreePut::run() {
  const os::SourceDirectory source(request_.source);
  Child root;
  root.status = source.status();
  root.object = files_.root();
  root.generation = root.status.inode;
  if (before_) {
    root.before = std::make_shared<const File>(before_->file(root.object));
    // It is the same, whatever directory is put there. OpenZFS opens no file of generation 0.
    if (root.before->generation != 0) root.generation = root.before->generation;
    claimed_.insert(root.object);
    // A directory keeps its birth; what a file system was put from last is in its root's.
    knows_inodes_ = root.before->crtime == root.status.birth.value_or(root.before->crtime);
  } else {
    state_.totals.is_changed = true;
  }
  filter_.emplace(request_, root.status);
  const std::uint64_t object = root.object;
  put_directory(source, std::move(root), object);
  blocks_.finish();
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

/// Nothing where it is left out.
std::optional<TreePut::Child> TreePut::look_at(const os::SourceDirectory& from, const Child& in,
                                               const std::string& name) {
  Child child;
  child.path = joined(in.path, name);
  if (filter_->excludes(child.path, name)) return std::nullopt;
  const auto status = from.status(name);
  if (!status) {
    warn(fmt::format("{} vanished", child.path));
    return std::nullopt;
  }
  if (filter_->excludes(*status)) return std::nullopt;
  child.name = name;
  child.status = *status;
  child.generation = status->inode;
  return child;
}

/// All in it but directories is put where it is met: a directory may have a million names.
TreePut::Listing TreePut::put_names(const os::SourceDirectory& from, const Child& self) {
  std::vector<os::SourceDirectory::Entry> entries;
  if (!filter_->is_crossed(self.status)) entries = from.entries();
  Names before;
  if (self.before) before = before_->names(*self.before);
  std::unordered_set<std::uint64_t> inodes;
  if (!before.empty())
    for (const auto& entry : entries) inodes.insert(entry.inode);
  Listing listing;
  listing.is_changed = !self.before;
  for (auto& [name, inode] : entries) {
    std::optional<Child> child = look_at(from, self, name);
    if (!child) continue;
    match(*child, before, inodes);
    const auto old = before.find(name);
    if (old != before.end() && old->second == child->object) {
      before.erase(old);
    } else {
      listing.is_changed = true;
    }
    const std::uint64_t value = directory_entry::encode(child->object, child->status.mode);
    listing.items.push_back({std::move(name), 8, {value}});
    if (child->status.is_directory()) {
      listing.directories.push_back(std::move(*child));
    } else {
      put_file(from, std::move(*child), self.object);
    }
  }
  listing.is_changed |= !before.empty();
  for (const auto& [name, object] : before) gone_.emplace_back(object, joined(self.path, name));
  return listing;
}

void TreePut::put_directory(const os::SourceDirectory& from, Child self, std::uint64_t parent) {
  ++state_.progress.files;
  Listing listing = put_names(from, self);
  if (listing.is_changed || !is_unchanged(self, parent)) {
    self.project = from.project();
    NewFile file = outline(self, parent);
    complete(file, from, self);
    file.size = listing.items.size() + 2;
    file.links = listing.directories.size() + 2;
    files_.put_attributes(self.object, file);
    note(self);
  } else {
    ++state_.totals.unchanged;
  }
  if (listing.is_changed)
    files_.put_names(self.object, std::move(listing.items),
                     self.before ? self.before->object : nullptr);
  for (Child& child : listing.directories) {
    const auto below = from.open_directory(child.name);
    if (!below || !below->status().is_same_file(child.status))
      fail(ErrorKind::kRetry, "{} was replaced while it was read", child.path);
    put_directory(*below, std::move(child), self.object);
  }
}

// -- Who is who --------------------------------------------------------------------------------

/// The object as a file of the same type that nothing else in the source is; nothing otherwise.
std::shared_ptr<const File> TreePut::known(std::uint64_t object,
                                           const os::FileStatus& status) const {
  if (claimed_.count(object) != 0) return nullptr;
  File file = before_->file(object);
  if (file.type() != type_of(status)) return nullptr;
  return std::make_shared<const File>(std::move(file));
}

void TreePut::index_inodes() {
  is_indexed_ = true;
  each_object(*head_.before(), [&](const Object& object) {
    if (object.dnode.bonus_type != object_type::kSystemAttributes) return;
    const File file = before_->file(object.number);
    if ((file.flags & znode_flag::kXattr) == 0) by_inode_.emplace(file.generation, object.number);
  });
}

std::shared_ptr<const File> TreePut::find_by_inode(const os::FileStatus& status) {
  if (!is_indexed_) index_inodes();
  const auto found = by_inode_.find(status.inode);
  return found == by_inode_.end() ? nullptr : known(found->second, status);
}

void TreePut::match(Child& child, const Names& before,
                    const std::unordered_set<std::uint64_t>& inodes) {
  if (!child.status.is_directory() && child.status.links > 1) {
    const auto linked = linked_.find({child.status.device, child.status.inode});
    if (linked != linked_.end()) {
      child.object = linked->second.object;
      return;
    }
  }
  const auto name = before.find(child.name);
  std::shared_ptr<const File> by_name;
  if (name != before.end()) by_name = known(name->second, child.status);
  if (by_name && (!knows_inodes_ || by_name->generation == child.status.inode)) {
    child.before = std::move(by_name);
  } else if (knows_inodes_) {
    child.before = find_by_inode(child.status);
    child.is_renamed = child.before != nullptr;
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
  if (child.path.empty() && !knows_inodes_) return false;  // its birth is to be the source's
  const File& before = *child.before;
  const os::FileStatus& now = child.status;
  const bool has_size = !now.is_regular() || before.size == now.size;
  return has_size && before.generation == child.generation && before.parent == parent &&
         before.mode == now.mode && before.uid == now.uid && before.gid == now.gid &&
         before.mtime == now.mtime && before.ctime == now.ctime;
}

// -- Files -------------------------------------------------------------------------------------

void TreePut::put_file(const os::SourceDirectory& from, Child child, std::uint64_t parent) {
  const Inode inode{child.status.device, child.status.inode};
  const bool has_names = child.status.links > 1;
  if (has_names) {
    const auto linked = linked_.find(inode);
    if (linked != linked_.end()) {
      ++linked->second.links;
      return;
    }
  }
  ++state_.progress.files;
  const bool is_changed = !is_unchanged(child, parent);
  if (is_changed) {
    put_contents(from, child);
  } else if (child.status.is_regular()) {
    state_.pass(child.status.size);
  }
  NewFile file = outline(child, parent);
  if (is_changed) {
    complete(file, from, child);
    note(child);
  } else {
    ++state_.totals.unchanged;
  }
  if (has_names) {
    linked_[inode] = {child.object, 1, std::move(file), std::move(child.before), is_changed};
  } else if (is_changed) {
    files_.put_attributes(child.object, file);
  }
}

/// Of what is no regular file there is nothing but attributes.
void TreePut::put_contents(const os::SourceDirectory& from, Child& child) {
  if (!child.status.is_regular()) return;
  const auto file = from.open_file(child.name);
  if (!file || !file->status().is_same_file(child.status))
    fail(ErrorKind::kRetry, "{} was replaced while it was read", child.path);
  child.project = file->project();
  put_bytes(*file, child);
  const os::FileStatus after = file->status();
  if (after.mtime != child.status.mtime || after.size != child.status.size)
    warn(fmt::format("{} changed while it was read", child.path));
}

/// A file of one block has one that it just fits into, and never a smaller one than before.
std::uint32_t TreePut::block_size_for(const Child& child) const {
  const std::uint64_t size = child.status.size;
  if (child.before && !is_cut(child.before->object->dnode)) {
    const std::uint32_t now = child.before->object->block_size();
    const bool has_several = child.before->object->dnode.max_block > 0;
    if (has_several || size <= now) return now;
  }
  const std::uint64_t wanted = std::min(record_size_, round_up(size, stream::kMinBlockSize));
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(stream::kMinBlockSize, wanted));
}

void TreePut::put_bytes(const os::SourceFile& from, const Child& child) {
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
  blocks_.put(what);
  if (what.before && what.before->dnode.max_block + 1 > blocks)
    writer.truncate(child.object, blocks);
}

/// What its attributes are to say, as far as is known without looking at it again.
NewFile TreePut::outline(const Child& child, std::uint64_t parent) const {
  NewFile file;
  file.status = child.status;
  file.size = child.status.size;
  file.parent = parent;
  file.generation = child.generation;
  const bool is_root = child.path.empty();
  const bool is_same_file =
      child.before && (!knows_inodes_ || child.before->generation == child.generation);
  if (is_same_file && !is_root) file.status.birth = child.before->crtime;
  if (child.project) {
    file.project = *child.project;
  } else if (child.before) {
    file.project = {static_cast<std::uint32_t>(child.before->project),
                    (child.before->flags & znode_flag::kInheritsProject) != 0};
  }
  return file;
}

/// Reads the rest. `from` is the directory that it is in, or itself where it is one.
void TreePut::complete(NewFile& file, const os::SourceDirectory& from, const Child& child) {
  if (type_of(child.status) == file_mode::kSymlink) {
    file.target = from.link_target(child.name).value_or(std::string());
    file.size = file.target.size();
  }
  put_xattrs(file, from.extended_attributes(child.status.is_directory() ? "" : child.name),
             {child.object, child.before.get()});
}

/// Those that are too large get a directory of their own.
void TreePut::put_xattrs(NewFile& file, Xattrs xattrs, const Whose& whose) {
  const Xattrs large = take_large_xattrs(xattrs);
  file.xattrs = std::move(xattrs);
  file.xattr_directory = xattr_directories_.put({whose.object, file, whose.before}, large);
}

// -- Files of several names --------------------------------------------------------------------

/// What did not change has nothing else to say than the head has.
void TreePut::complete_unchanged(Linked& linked) {
  const File& before = *linked.before;
  if (before.is_symlink()) linked.file.target = before_->link_target(before);
  Xattrs xattrs;
  each_extended_attribute(*before_, before, [&](const ExtendedAttribute& each) {
    xattrs.emplace_back(each.name, each.value);
  });
  put_xattrs(linked.file, std::move(xattrs), {linked.object, &before});
}

void TreePut::finish_links() {
  for (auto& [inode, linked] : linked_) {
    if (!linked.is_changed && linked.links == linked.before->links) continue;
    if (!linked.is_changed) complete_unchanged(linked);
    state_.totals.is_changed = true;
    linked.file.links = linked.links;
    files_.put_attributes(linked.object, linked.file);
  }
}

// -- What is gone ------------------------------------------------------------------------------

void TreePut::remove_gone() {
  while (!gone_.empty()) {
    const auto [object, path] = std::move(gone_.back());
    gone_.pop_back();
    remove(object, path);
  }
}

/// A name that led to `object` is not there any more, nor are those below it: nobody knows how deep
/// they are. What other names lead to stays.
void TreePut::remove(std::uint64_t object, const std::string& path) {
  state_.totals.is_changed = true;
  if (!claimed_.insert(object).second) return;
  const File file = before_->file(object);
  if (file.is_directory())
    for (const auto& [name, below] : before_->names(file))
      gone_.emplace_back(below, joined(path, name));
  xattr_directories_.remove(file);
  files_.writer().remove(object);
  ++state_.totals.removed;
  if (state_.observer.on_change) state_.observer.on_change('-', path);
}

}  // namespace sealift::dataset
