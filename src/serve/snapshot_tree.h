// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "serve/listing.h"
#include "serve/shared_contents.h"

namespace sealift::serve {

/// A file, and what it takes of the vault.
struct FileStatus {
  dataset::File file;
  std::uint64_t stored_bytes = 0;  ///< of its data; of a very large file an upper bound
};

/// The files of a snapshot or head for several threads, by their inode numbers, from one directory
/// on. `contents` must outlive it. Any thread. All throw Error(kDamaged) for what is not what was
/// sealed, and what no file system is; kState where a file was redacted.
class SnapshotTree {
 public:
  /// Throws Error(kState) where `path` is no directory, kUsage for a volume.
  SnapshotTree(const Contents& contents, const std::string& path, unsigned threads);

  std::uint64_t root() const { return root_; }
  FileStatus status(std::uint64_t object);
  /// Nothing if there is none of that name.
  std::optional<std::uint64_t> lookup(std::uint64_t directory, const std::string& name);
  std::shared_ptr<const Listing> list(std::uint64_t directory);
  std::string link_target(std::uint64_t object);
  /// With an NFSv4 ACL as the restored files have it.
  using ExtendedAttributes = std::map<std::string, Bytes>;
  ExtendedAttributes extended_attributes(std::uint64_t object);

  /// What an open file is read by.
  struct OpenFile {
    dataset::ObjectPtr object;
    std::uint64_t size = 0;
  };
  OpenFile open(std::uint64_t object);
  /// What there is from `offset` on, up to `count` bytes.
  Bytes read(const OpenFile& file, std::uint64_t offset, std::size_t count);
  /// As lseek(2) with SEEK_DATA and SEEK_HOLE: nothing at and behind the end, and where no more
  /// data follow.
  std::optional<std::uint64_t> next_data(const OpenFile& file, std::uint64_t offset);
  std::optional<std::uint64_t> next_hole(const OpenFile& file, std::uint64_t offset);

  struct Usage {
    std::uint64_t stored_bytes = 0;
    std::uint64_t max_files = 0;
  };
  Usage usage();

 private:
  using ListingPtr = std::shared_ptr<const Listing>;
  struct KnownListing {
    std::uint64_t directory;
    ListingPtr listing;
  };
  dataset::File file(const ViewPool::Loan& view, std::uint64_t object) const;
  dataset::File directory(const ViewPool::Loan& view, std::uint64_t object) const;
  ListingPtr known_listing(std::uint64_t directory);
  void keep_listing(std::uint64_t directory, const ListingPtr& listing);

  const Contents& contents_;
  SharedContents shared_;
  std::uint64_t root_ = 0;
  std::mutex listings_mutex_;
  std::list<KnownListing> listings_;  ///< the last ones used, newest first
  std::size_t listings_bytes_ = 0;
};

}  // namespace sealift::serve
