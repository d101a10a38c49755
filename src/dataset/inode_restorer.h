// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/contents.h>

#include <functional>

#include "dataset/extended_attributes.h"
#include "os/inode.h"

namespace sealift::dataset {

/// Makes one inode of a file system again, in a directory of another one. One thread.
class InodeRestorer {
 public:
  /// Told of what could not be restored of an inode that otherwise was.
  using OnShortfall = std::function<void(const Error&)>;

  InodeRestorer(const FileSystem& files, Existing existing, OnShortfall on_shortfall)
      : files_(files),
        existing_(existing),
        on_shortfall_(std::move(on_shortfall)),
        may_change_owners_(os::may_change_owners()) {}

  struct Made {
    bool was_there = false;
    std::uint64_t bytes = 0;
  };
  /// Makes `file`, which is no directory, with all its attributes. Throws Error where it cannot,
  /// and then nothing has its name that had not before.
  Made restore(const File& file, const os::Fd& directory, const std::string& name);
  /// Gives a directory its attributes.
  void restore_attributes(const File& file, const os::Fd& inode);

  /// Compares what is there with `file`. Throws Error(kDamaged) naming the first difference.
  void compare(const File& file, const os::Fd& directory, const std::string& name);
  void compare_attributes(const File& file, const os::Fd& inode);

 private:
  bool is_there(const File& file, const os::Fd& directory, const std::string& name) const;
  std::uint64_t make(const File& file, const os::Fd& directory, const std::string& name);
  std::uint64_t make_regular(const File& file, const os::Fd& directory, const std::string& name);
  std::uint64_t write_contents(const File& file, const os::Fd& to);
  template <class Body>
  void noting_shortfall(Body&& body);

  const FileSystem& files_;
  Existing existing_;
  OnShortfall on_shortfall_;
  bool may_change_owners_;
};

/// The name that `name` has until it is complete: one that no two files of a directory share.
std::string temporary_name(const File& file);
/// Throws Error(kRefused) for names that cannot stand in a directory here, and for temporary ones.
void check_restored_name(const std::string& name);

}  // namespace sealift::dataset
