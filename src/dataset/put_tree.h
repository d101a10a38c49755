// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "dataset/block_put.h"
#include "dataset/file_system_writer.h"

namespace sealift::dataset {

/// Makes a file system equal to a directory.
///
/// A file is known again by its inode number, which its generation keeps: one whose size, times and
/// inode are the same is not read, wherever it stands now; another is compared block by block with
/// what has its inode, or else its name. One thread.
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
    std::uint64_t object = 0;
    std::optional<File> before;  ///< the object as it is in the head
    bool is_renamed = false;
  };
  /// A file of several names.
  struct Linked {
    std::uint64_t object = 0;
    NewFile file;
    std::uint64_t links_before = 0;
    bool is_changed = false;
  };
  using Names = std::map<std::string, std::uint64_t>;
  using Inode = std::pair<std::uint64_t, std::uint64_t>;  ///< device and number

  Names names_before(const std::optional<File>& directory) const;
  std::vector<Child> list(const os::SourceDirectory& from, const std::string& path);
  bool is_excluded(const std::string& path, const std::string& name) const;

  void put_directory(const os::SourceDirectory& from, const Child& self, std::uint64_t parent);
  void match(Child& child, const Names& before, const std::unordered_set<std::uint64_t>& inodes);
  std::optional<File> known(std::uint64_t object, const os::FileStatus& status) const;
  std::optional<File> find_by_inode(const os::FileStatus& status);
  void index_inodes();
  bool is_unchanged(const Child& child, std::uint64_t parent) const;

  void put_file(const os::SourceDirectory& from, const Child& child, std::uint64_t parent);
  bool put_contents(const os::SourceDirectory& from, Child& child);
  bool put_bytes(const os::SourceFile& from, const Child& child);
  std::uint32_t block_size_for(const Child& child) const;
  void put_znode(const os::SourceDirectory& from, const Child& child, NewFile file);
  os::SourceDirectory::ExtendedAttributes xattrs_of(const os::SourceDirectory& from,
                                                    const Child& child) const;
  void finish_links();
  void remove_gone();
  void remove(std::uint64_t object, const std::string& path);
  void remove_hidden(const File& file);
  void note(const Child& child);
  void warn(const std::string& text) const;

  HeadWriter& head_;
  const PutRequest& request_;
  PutState& state_;
  std::optional<FileSystem> before_;
  FileSystemWriter files_;
  BlockPut blocks_;
  std::uint64_t record_size_;
  std::uint64_t device_ = 0;                   ///< of the source's root
  std::unordered_set<std::uint64_t> claimed_;  ///< objects of before that stay, or are gone already
  std::map<Inode, Linked> linked_;
  std::vector<std::pair<std::uint64_t, std::string>> gone_;  ///< names that are not there any more
  std::unordered_map<std::uint64_t, std::uint64_t> by_inode_;  ///< of before: inode to object
  bool is_indexed_ = false;
};

}  // namespace sealift::dataset
