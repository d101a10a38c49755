// SPDX-License-Identifier: Apache-2.0
// Files made and looked at beneath an open directory, by names that nobody vouches for: a name is
// one component, is never "." or "..", and no symbolic link is followed. All throw Error as
// fail_errno() does; kRefused for a name that cannot be one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "os/fd.h"
#include "os/timestamp.h"

namespace sealift::os {

struct InodeStatus {
  std::uint32_t mode = 0;  ///< type and permissions
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t device_major = 0;  ///< of a device
  std::uint32_t device_minor = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t device = 0;  ///< of the file system that it is in
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
  Timestamp mtime;
};

/// Throws Error(kRefused) unless `name` can stand in a directory.
void check_file_name(const std::string& name);

/// A directory that the caller names; its path may go through links. Must exist.
Fd open_directory(const std::filesystem::path& path);
/// The same of one beneath `root`, however deep; "" is `root` itself. Nothing on the way may be a
/// link (openat2(2), RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS).
Fd open_directory_beneath(const Fd& root, const std::string& path);
/// Anything in `directory`, for its attributes alone (O_PATH); nothing if there is none.
std::optional<Fd> open_inode(const Fd& directory, const std::string& name);
/// A regular file in `directory`, to be read. Does not wait for what is no regular file.
Fd open_regular(const Fd& directory, const std::string& name);

/// A block device, to be written and read. Throws where it is in use.
Fd open_device(const std::filesystem::path& path);

InodeStatus status_of(const Fd& inode);
std::string read_link(const Fd& inode);

/// False if there is a directory of that name already. It is its maker's alone.
bool make_directory(const Fd& directory, const std::string& name);
/// A new, empty file to be written and read, its maker's alone; there must be none of that name.
Fd create_regular(const Fd& directory, const std::string& name);
void make_symlink(const Fd& directory, const std::string& name, const std::string& target);
/// A fifo, socket or device; its maker's alone.
struct Node {
  std::uint32_t type = 0;  ///< as in a mode
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
};
void make_node(const Fd& directory, const std::string& name, const Node& node);
/// Gives `from` a second name.
struct Place {
  const Fd& directory;
  const std::string& name;
};
void make_link(const Place& from, const Place& to);
/// Replaces what has the name `to`, unless that is a directory.
void rename_inode(const Fd& directory, const std::string& from, const std::string& to);
/// False if there was none. Not for directories.
bool remove_inode(const Fd& directory, const std::string& name);

// Attributes of what open_inode() and the like gave.
void set_owner(const Fd& inode, std::uint32_t uid, std::uint32_t gid);
void set_permissions(const Fd& inode, std::uint32_t permissions);
void set_times(const Fd& inode, const Timestamp& atime, const Timestamp& mtime);
/// Throws kState also where there is no room for it.
void set_xattr(const Fd& inode, const std::string& name, ByteView value);
/// Nothing if there is none of that name.
std::optional<Bytes> read_xattr(const Fd& inode, const std::string& name);
/// Of a regular file or directory that is open for reading. Throws kState where the file system has
/// no projects.
void set_project(const Fd& inode, std::uint32_t project);

/// Whether this process may give files away.
bool may_change_owners();

// Of open regular files and block devices.
void write_all(const Fd& file, std::uint64_t offset, ByteView bytes);
void set_length(const Fd& file, std::uint64_t bytes);
/// Makes a range read as zeros, without writing them where that can be.
void zero_range(const Fd& file, std::uint64_t offset, std::uint64_t length);
void sync_file(const Fd& file);

}  // namespace sealift::os
