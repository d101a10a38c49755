// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "dataset/block_put.h"
#include "dataset/put_filter.h"
#include "dataset/xattr_directory_writer.h"

namespace sealift::dataset {

/// Makes a file system equal to a directory.
///
/// A file is known again by its inode number, which its generation keeps: one whose size, times and
/// inode are the same is not read, wherever it stands now; another is compared block by block with
/// what has its inode, or else its name. Where the file system was made from another directory,
/// such as one that is lost, numbers say nothing, and names alone count. One thread.
class TreePut {
 public:
  TreePut(HeadWriter& head, const PutRequest& request, PutState& state);

  void run();

 private:
  /// A name in the source, and what becomes of it.
  struct Child {
    std::string name;
    std::string path;
    os::FileStatus status;
    std::uint64_t generation = 0;  ///< by which it is known again
    std::uint64_t object = 0;
    std::shared_ptr<const File> before;  ///< the object as it is in the head, or null
    bool is_renamed = false;
    std::optional<os::Project> project;  ///< nothing: not told
  };
  /// A file of several names.
  struct Linked {
    std::uint64_t object = 0;
    std::uint64_t links = 1;
    NewFile file;                        ///< of one that did not change, an outline
    std::shared_ptr<const File> before;  ///< as in Child
    bool is_changed = false;
  };
  /// What a directory is to hold.
  struct Listing {
    std::vector<ZapItem> items;
    std::vector<Child> directories;
    bool is_changed = false;
  };
  struct Whose {
    std::uint64_t object;
    const File* before;
  };
  using Xattrs = os::SourceDirectory::ExtendedAttributes;
  using Names = FileSystem::Names;
  using Inode = std::pair<std::uint64_t, std::uint64_t>;  ///< device and number

  std::optional<Child> look_at(const os::SourceDirectory& from, const Child& in,
                               const std::string& name);

  void put_directory(const os::SourceDirectory& from, Child self, std::uint64_t parent);
  Listing put_names(const os::SourceDirectory& from, const Child& self);
  void match(Child& child, const Names& before, const std::unordered_set<std::uint64_t>& inodes);
  std::shared_ptr<const File> known(std::uint64_t object, const os::FileStatus& status) const;
  std::shared_ptr<const File> find_by_inode(const os::FileStatus& status);
  void index_inodes();
  bool is_unchanged(const Child& child, std::uint64_t parent) const;

  void put_file(const os::SourceDirectory& from, Child child, std::uint64_t parent);
  void put_contents(const os::SourceDirectory& from, Child& child);
  void put_bytes(const os::SourceFile& from, const Child& child);
  std::uint32_t block_size_for(const Child& child) const;
  NewFile outline(const Child& child, std::uint64_t parent) const;
  void complete(NewFile& file, const os::SourceDirectory& from, const Child& child);
  void complete_unchanged(Linked& linked);
  void put_xattrs(NewFile& file, Xattrs xattrs, const Whose& whose);
  void finish_links();
  void remove_gone();
  void remove(std::uint64_t object, const std::string& path);
  void note(const Child& child);
  void warn(const std::string& text) const;

  HeadWriter& head_;
  const PutRequest& request_;
  PutState& state_;
  std::optional<FileSystem> before_;
  FileSystemWriter files_;
  BlockPut blocks_;
  std::uint64_t record_size_;
  std::optional<PutFilter> filter_;            ///< once the source is open
  std::unordered_set<std::uint64_t> claimed_;  ///< objects of before that stay, or are gone already
  std::map<Inode, Linked> linked_;
  std::vector<std::pair<std::uint64_t, std::string>> gone_;  ///< names that are not there any more
  std::unordered_map<std::uint64_t, std::uint64_t> by_inode_;  ///< of before: inode to object
  bool knows_inodes_ = false;  ///< generations are inode numbers of the source
  bool is_indexed_ = false;
  XattrDirectoryWriter xattr_directories_;
};

}  // namespace sealift::dataset
