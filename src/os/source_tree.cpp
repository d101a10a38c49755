// SPDX-License-Identifier: Apache-2.0
#include "os/source_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "os/errno.h"
#include "os/read_at.h"

namespace sealift::os {
namespace {

constexpr unsigned kWanted = STATX_BASIC_STATS | STATX_BTIME;
constexpr unsigned kMinorBits = 20;

Timestamp time_of(const struct statx_timestamp& time) {
  return {time.tv_sec, time.tv_nsec};
}

FileStatus status_of(const struct statx& from) {
  FileStatus status;
  status.device = std::uint64_t{from.stx_dev_major} << kMinorBits | from.stx_dev_minor;
  status.inode = from.stx_ino;
  status.mode = from.stx_mode;
  status.links = from.stx_nlink;
  status.uid = from.stx_uid;
  status.gid = from.stx_gid;
  status.rdev_major = from.stx_rdev_major;
  status.rdev_minor = from.stx_rdev_minor;
  status.size = from.stx_size;
  status.atime = time_of(from.stx_atime);
  status.mtime = time_of(from.stx_mtime);
  status.ctime = time_of(from.stx_ctime);
  if ((from.stx_mask & STATX_BTIME) != 0) status.birth = time_of(from.stx_btime);
  status.is_immutable = (from.stx_attributes & STATX_ATTR_IMMUTABLE) != 0;
  status.is_append_only = (from.stx_attributes & STATX_ATTR_APPEND) != 0;
  status.is_no_dump = (from.stx_attributes & STATX_ATTR_NODUMP) != 0;
  return status;
}

FileStatus status_of(int fd, const std::string& path) {
  struct statx found;
  if (::statx(fd, "", AT_EMPTY_PATH, kWanted, &found) != 0) fail_errno("look at", path);
  return status_of(found);
}

/// OpenZFS 2.1 tells it by the number of the other call's flags; no FS_XFLAG_ has that.
constexpr std::uint32_t kInheritsProject = FS_XFLAG_PROJINHERIT | FS_PROJINHERIT_FL;

std::optional<Project> project_of(int fd) {
  fsxattr attributes{};
  if (::ioctl(fd, FS_IOC_FSGETXATTR, &attributes) != 0) return std::nullopt;
  return Project{attributes.fsx_projid, (attributes.fsx_xflags & kInheritsProject) != 0};
}

/// Access times are left alone where that is allowed.
Fd open_quietly(int directory, const char* name, int flags) {
  const int common = O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags;
  const int fd = ::openat(directory, name, common | O_NOATIME);
  return Fd(fd >= 0 || errno != EPERM ? fd : ::openat(directory, name, common));
}

bool is_gone(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO;
}

/// Without following a link at the end, which no call takes a descriptor for.
std::string proc_path(int directory, const std::string& name) {
  return "/proc/self/fd/" + std::to_string(directory) + '/' + (name.empty() ? "." : name);
}

}  // namespace

SourceFile::SourceFile(const std::string& path)
    : fd_(open_quietly(AT_FDCWD, path.c_str(), 0)), path_(path) {
  if (!fd_) fail_errno("open", path);
}

std::size_t SourceFile::read_at(std::uint64_t offset, ByteSpan into) const {
  return os::read_at(fd_.get(), offset, into, path_);
}

FileStatus SourceFile::status() const {
  return status_of(fd_.get(), path_);
}

std::optional<Project> SourceFile::project() const {
  return project_of(fd_.get());
}

SourceDirectory::SourceDirectory(const std::string& path)
    : fd_(open_quietly(AT_FDCWD, path.c_str(), O_DIRECTORY)), path_(path) {
  if (!fd_) fail_errno("open", path);
}

std::optional<Project> SourceDirectory::project() const {
  return project_of(fd_.get());
}

FileStatus SourceDirectory::status() const {
  return status_of(fd_.get(), path_);
}

std::vector<SourceDirectory::Entry> SourceDirectory::entries() const {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const int again = ::openat(fd_.get(), ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (again < 0) fail_errno("list", path_);
  const std::unique_ptr<DIR, Close> directory(::fdopendir(again));
  if (directory == nullptr) fail_errno("list", path_);
  std::vector<Entry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::string(name), entry->d_ino});
  }
  if (errno != 0) fail_errno("list", path_);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

std::optional<FileStatus> SourceDirectory::status(const std::string& name) const {
  struct statx found;
  const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  if (::statx(fd_.get(), name.c_str(), flags, kWanted, &found) == 0) return status_of(found);
  if (is_gone(errno)) return std::nullopt;
  fail_errno("look at", path_of(name));
}

Fd SourceDirectory::open_at(const std::string& name, int flags) const {
  Fd fd = open_quietly(fd_.get(), name.c_str(), flags | O_NOFOLLOW);
  if (!fd && !is_gone(errno)) fail_errno("open", path_of(name));
  return fd;
}

std::optional<SourceFile> SourceDirectory::open_file(const std::string& name) const {
  Fd fd = open_at(name, 0);
  if (!fd) return std::nullopt;
  return SourceFile(std::move(fd), path_of(name));
}

std::optional<SourceDirectory> SourceDirectory::open_directory(const std::string& name) const {
  Fd fd = open_at(name, O_DIRECTORY);
  if (!fd) return std::nullopt;
  return SourceDirectory(std::move(fd), path_of(name));
}

std::optional<std::string> SourceDirectory::link_target(const std::string& name) const {
  std::string target(4096, '\0');
  const ssize_t length = ::readlinkat(fd_.get(), name.c_str(), target.data(), target.size());
  if (length < 0 && (is_gone(errno) || errno == EINVAL)) return std::nullopt;
  if (length < 0) fail_errno("read", path_of(name));
  target.resize(static_cast<std::size_t>(length));
  return target;
}

SourceDirectory::ExtendedAttributes SourceDirectory::extended_attributes(
    const std::string& name) const {
  const std::string path = proc_path(fd_.get(), name);
  std::string list(64U << 10, '\0');
  const ssize_t length = ::llistxattr(path.c_str(), list.data(), list.size());
  if (length < 0 && (errno == ENOTSUP || is_gone(errno))) return {};
  if (length < 0) fail_errno("list the extended attributes of", path_of(name));
  ExtendedAttributes found;
  for (std::size_t at = 0; at < static_cast<std::size_t>(length);) {
    const std::string attribute = list.c_str() + at;
    at += attribute.size() + 1;
    Bytes value(64U << 10);
    const ssize_t size = ::lgetxattr(path.c_str(), attribute.c_str(), value.data(), value.size());
    if (size < 0 && (errno == ENODATA || errno == ENOTSUP || is_gone(errno))) continue;
    if (size < 0) fail_errno("read an extended attribute of", path_of(name));
    value.resize(static_cast<std::size_t>(size));
    found.emplace_back(attribute, std::move(value));
  }
  return found;
}

bool matches_pattern(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

}  // namespace sealift::os
