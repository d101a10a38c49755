// SPDX-License-Identifier: Apache-2.0
#include "serve/snapshot_tree.h"

#include <algorithm>

#include "base/error.h"
#include "dataset/acl.h"
#include "dataset/contents_impl.h"
#include "dataset/data_map.h"
#include "dataset/extended_attributes.h"
#include "dataset/object_types.h"

namespace sealift::serve {

using dataset::File;
using dataset::FileSystem;

namespace {

/// All listings that are kept together: those of half a million names.
constexpr std::size_t kListingsBytes = 32U << 20;
/// Directories with more names are not listed to find one of them.
constexpr std::uint64_t kListedForLookup = 65536;
/// Indirect blocks that are read to tell what a file takes: 8 GiB of blocks of 128 KiB.
constexpr std::size_t kNodesForStatus = 64;

}  // namespace

SnapshotTree::SnapshotTree(const Contents& contents, const std::string& path, unsigned threads)
    : contents_(contents), shared_(origin_of(contents), threads) {
  const File top = contents.inner().file_system().resolve(path, FileSystem::LastLink::kFollow);
  if (!top.is_directory()) fail(ErrorKind::kState, "{}: is no directory", path);
  root_ = top.number();
}

/// The master node is no file, whatever it says of itself; its number is FUSE's for the root.
File SnapshotTree::file(const ViewPool::Loan& view, std::uint64_t object) const {
  if (object <= dataset::kMasterNodeObject)
    fail(ErrorKind::kDamaged, "object {} is no file", object);
  return view.files().file(object);
}

File SnapshotTree::directory(const ViewPool::Loan& view, std::uint64_t object) const {
  File found = file(view, object);
  if (!found.is_directory()) fail(ErrorKind::kState, "object {} is no directory", object);
  return found;
}

FileStatus SnapshotTree::status(std::uint64_t object) {
  const auto view = shared_.borrow();
  FileStatus status{file(view, object), 0};
  status.stored_bytes = status.file.size;
  try {
    const auto exact =
        dataset::stored_bytes(view.plaintext(), *status.file.object, kNodesForStatus);
    if (exact) status.stored_bytes = *exact;
  } catch (const Error& error) {
    // An indirect block is damaged. Whoever reads there is told; all else of the file is whole.
    if (error.kind() != ErrorKind::kDamaged) throw;
  }
  return status;
}

// -- Directories ---------------------------------------------------------------------------------

SnapshotTree::ListingPtr SnapshotTree::known_listing(std::uint64_t directory) {
  const std::lock_guard lock(listings_mutex_);
  const auto found = std::find_if(listings_.begin(), listings_.end(),
                                  [&](const auto& each) { return each.directory == directory; });
  if (found == listings_.end()) return nullptr;
  listings_.splice(listings_.begin(), listings_, found);
  return found->listing;
}

void SnapshotTree::keep_listing(std::uint64_t directory, const ListingPtr& listing) {
  const std::lock_guard lock(listings_mutex_);
  listings_.push_front({directory, listing});
  listings_bytes_ += listing->memory_bytes();
  while (listings_bytes_ > kListingsBytes && !listings_.empty()) {
    listings_bytes_ -= listings_.back().listing->memory_bytes();
    listings_.pop_back();
  }
}

std::shared_ptr<const Listing> SnapshotTree::list(std::uint64_t object) {
  if (const ListingPtr known = known_listing(object)) return known;
  ListingPtr listing;
  {
    const auto view = shared_.borrow();
    listing = std::make_shared<const Listing>(view.files(), directory(view, object));
  }
  keep_listing(object, listing);
  return listing;
}

std::optional<std::uint64_t> SnapshotTree::lookup(std::uint64_t object, const std::string& name) {
  if (!is_file_name(name)) return std::nullopt;
  if (const ListingPtr known = known_listing(object))
    if (const auto found = known->find(name)) return found;
  {
    const auto view = shared_.borrow();
    const File in = directory(view, object);
    const bool is_exact = view.files().case_sensitivity() != dataset::CaseSensitivity::kInsensitive;
    if (!is_exact || in.size > kListedForLookup) return view.files().find(in, name);
  }
  return list(object)->find(name);
}

// -- Files ---------------------------------------------------------------------------------------

std::string SnapshotTree::link_target(std::uint64_t object) {
  const auto view = shared_.borrow();
  const File link = file(view, object);
  if (!link.is_symlink()) fail(ErrorKind::kState, "object {} is no symbolic link", object);
  return view.files().link_target(link);
}

SnapshotTree::ExtendedAttributes SnapshotTree::extended_attributes(std::uint64_t object) {
  const auto view = shared_.borrow();
  const File of = file(view, object);
  ExtendedAttributes found;
  dataset::each_extended_attribute(view.files(), of, [&](const dataset::ExtendedAttribute& each) {
    if (each.value.size() == each.size_bytes) found[each.name] = each.value;
  });
  if (const auto acl = dataset::nfs4_acl(view.files(), of)) {
    const ByteView text = as_bytes(*acl);
    found[dataset::kAclXattr].assign(text.begin(), text.end());
  }
  return found;
}

SnapshotTree::OpenFile SnapshotTree::open(std::uint64_t object) {
  const auto view = shared_.borrow();
  const File opened = file(view, object);
  if (!opened.is_regular()) fail(ErrorKind::kState, "object {} is no regular file", object);
  return {opened.object, opened.size};
}

Bytes SnapshotTree::read(const OpenFile& file, std::uint64_t offset, std::size_t count) {
  if (offset >= file.size) return {};
  Bytes bytes(std::min<std::uint64_t>(count, file.size - offset));
  shared_.read(file.object, offset, bytes);
  return bytes;
}

std::optional<std::uint64_t> SnapshotTree::next_data(const OpenFile& file, std::uint64_t offset) {
  if (offset >= file.size) return std::nullopt;
  const std::uint32_t block_size = file.object->block_size();
  const auto block =
      dataset::next_data_block(shared_.borrow().plaintext(), *file.object, offset / block_size);
  if (!block || *block > file.size / block_size) return std::nullopt;
  const std::uint64_t found = std::max(offset, *block * block_size);
  if (found >= file.size) return std::nullopt;
  return found;
}

std::optional<std::uint64_t> SnapshotTree::next_hole(const OpenFile& file, std::uint64_t offset) {
  if (offset >= file.size) return std::nullopt;
  const std::uint32_t block_size = file.object->block_size();
  const auto block =
      dataset::next_hole_block(shared_.borrow().plaintext(), *file.object, offset / block_size);
  if (!block || *block > file.size / block_size) return file.size;
  return std::min(file.size, std::max(offset, *block * block_size));
}

SnapshotTree::Usage SnapshotTree::usage() {
  return {contents_.inner().referenced_bytes, shared_.borrow().plaintext().set().object_limit()};
}

}  // namespace sealift::serve
