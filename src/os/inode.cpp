// SPDX-License-Identifier: Apache-2.0
#include "os/inode.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/error.h"
#include "os/errno.h"

namespace sealift::os {
namespace {

constexpr mode_t kMakersOwn = 0600;
constexpr mode_t kMakersOwnDirectory = 0700;

/// A call that is repeated when a signal cuts it short.
template <class Call>
auto retrying(Call&& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Fd opened(int descriptor, std::string_view verb, const std::string& path) {
  if (descriptor < 0) fail_errno(verb, path);
  return Fd(descriptor);
}

/// The path by which calls that take no descriptor reach an inode that is open, links included.
std::string path_of(const Fd& inode) {
  return fmt::format("/proc/self/fd/{}", inode.get());
}

void expect(int result, std::string_view verb, const std::string& name) {
  if (result != 0) fail_errno(verb, name);
}

timespec to_timespec(const Timestamp& time) {
  return {static_cast<time_t>(time.seconds), static_cast<long>(time.nanoseconds)};
}

bool is_unsupported(int code) {
  return code == EOPNOTSUPP || code == ENOSYS || code == EINVAL || code == ENODEV;
}

}  // namespace

void check_file_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    fail(ErrorKind::kRefused, "no file may have this name");
  if (name.size() > NAME_MAX)
    fail(ErrorKind::kRefused, "a name of {} bytes is too long here", name.size());
}

// -- Opening -------------------------------------------------------------------------------------

Fd open_directory(const std::filesystem::path& path) {
  return opened(retrying([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }),
                "open", path.native());
}

Fd open_directory_beneath(const Fd& root, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const std::string name = path.empty() ? "." : path;
  const long descriptor = retrying([&] {
    // EAGAIN: something was renamed meanwhile.
    long result;
    do {
      result = ::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how);
    } while (result < 0 && errno == EAGAIN);
    return result;
  });
  return opened(static_cast<int>(descriptor), "open", name);
}

std::optional<Fd> open_inode(const Fd& directory, const std::string& name) {
  check_file_name(name);
  const int descriptor = retrying(
      [&] { return ::openat(directory.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC); });
  if (descriptor < 0 && errno == ENOENT) return std::nullopt;
  return opened(descriptor, "open", name);
}

Fd open_regular(const Fd& directory, const std::string& name) {
  check_file_name(name);
  constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Fd file = opened(retrying([&] { return ::openat(directory.get(), name.c_str(), flags); }), "open",
                   name);
  struct stat status {};
  expect(::fstat(file.get(), &status), "examine", name);
  if (!S_ISREG(status.st_mode)) fail(ErrorKind::kState, "{} is no regular file", name);
  return file;
}

Fd open_device(const std::filesystem::path& path) {
  constexpr int flags = O_RDWR | O_EXCL | O_CLOEXEC;
  return opened(retrying([&] { return ::open(path.c_str(), flags); }), "open", path.native());
}

InodeStatus status_of(const Fd& inode) {
  struct stat found {};
  expect(::fstatat(inode.get(), "", &found, AT_EMPTY_PATH), "examine", "a file");
  InodeStatus status;
  status.mode = found.st_mode;
  status.uid = found.st_uid;
  status.gid = found.st_gid;
  status.device_major = major(found.st_rdev);
  status.device_minor = minor(found.st_rdev);
  status.size_bytes = static_cast<std::uint64_t>(found.st_size);
  status.device = found.st_dev;
  status.inode = found.st_ino;
  status.links = found.st_nlink;
  status.mtime = {found.st_mtim.tv_sec, static_cast<std::uint32_t>(found.st_mtim.tv_nsec)};
  return status;
}

std::string read_link(const Fd& inode) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(inode.get(), "", target.data(), target.size());
  if (size < 0) fail_errno("read", "a symbolic link");
  target.resize(static_cast<std::size_t>(size));
  return target;
}

// -- Making --------------------------------------------------------------------------------------

bool make_directory(const Fd& directory, const std::string& name) {
  check_file_name(name);
  if (::mkdirat(directory.get(), name.c_str(), kMakersOwnDirectory) == 0) return true;
  if (errno != EEXIST) fail_errno("create", name);
  struct stat found {};
  expect(::fstatat(directory.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW), "examine", name);
  if (!S_ISDIR(found.st_mode)) fail(ErrorKind::kState, "{} exists and is no directory", name);
  return false;
}

Fd create_regular(const Fd& directory, const std::string& name) {
  check_file_name(name);
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return opened(
      retrying([&] { return ::openat(directory.get(), name.c_str(), flags, kMakersOwn); }),
      "create", name);
}

void make_symlink(const Fd& directory, const std::string& name, const std::string& target) {
  check_file_name(name);
  if (target.empty() || target.find('\0') != std::string::npos)
    fail(ErrorKind::kRefused, "no link may point there");
  expect(::symlinkat(target.c_str(), directory.get(), name.c_str()), "create", name);
}

void make_node(const Fd& directory, const std::string& name, const Node& node) {
  check_file_name(name);
  expect(::mknodat(directory.get(), name.c_str(), (node.type & S_IFMT) | kMakersOwn,
                   makedev(node.device_major, node.device_minor)),
         "create", name);
}

void make_link(const Place& from, const Place& to) {
  check_file_name(from.name);
  check_file_name(to.name);
  expect(::linkat(from.directory.get(), from.name.c_str(), to.directory.get(), to.name.c_str(), 0),
         "link", to.name);
}

void rename_inode(const Fd& directory, const std::string& from, const std::string& to) {
  check_file_name(from);
  check_file_name(to);
  expect(::renameat(directory.get(), from.c_str(), directory.get(), to.c_str()), "rename", from);
}

bool remove_inode(const Fd& directory, const std::string& name) {
  check_file_name(name);
  if (::unlinkat(directory.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  fail_errno("remove", name);
}

// -- Attributes ----------------------------------------------------------------------------------

void set_owner(const Fd& inode, std::uint32_t uid, std::uint32_t gid) {
  expect(::fchownat(inode.get(), "", uid, gid, AT_EMPTY_PATH), "change", "the owner");
}

void set_permissions(const Fd& inode, std::uint32_t permissions) {
  expect(::chmod(path_of(inode).c_str(), permissions), "change", "the permissions");
}

void set_times(const Fd& inode, const Timestamp& atime, const Timestamp& mtime) {
  const timespec times[2] = {to_timespec(atime), to_timespec(mtime)};
  expect(::utimensat(inode.get(), "", times, AT_EMPTY_PATH), "change", "the times");
}

void set_xattr(const Fd& inode, const std::string& name, ByteView value) {
  if (::setxattr(path_of(inode).c_str(), name.c_str(), value.data(), value.size(), 0) == 0) return;
  // File systems that have little room for attributes say ENOSPC, whatever room there is.
  if (errno == ENOSPC)
    fail(ErrorKind::kState, "cannot set {}: {} bytes are too much here", name, value.size());
  fail_errno("set", name);
}

std::optional<Bytes> read_xattr(const Fd& inode, const std::string& name) {
  Bytes value(XATTR_SIZE_MAX);
  const ssize_t size = ::getxattr(path_of(inode).c_str(), name.c_str(), value.data(), value.size());
  if (size < 0 && errno == ENODATA) return std::nullopt;
  if (size < 0) fail_errno("read", name);
  value.resize(static_cast<std::size_t>(size));
  return value;
}

void set_project(const Fd& inode, std::uint32_t project) {
  fsxattr attributes{};
  expect(::ioctl(inode.get(), FS_IOC_FSGETXATTR, &attributes), "read", "the project");
  if (attributes.fsx_projid == project) return;
  attributes.fsx_projid = project;
  expect(::ioctl(inode.get(), FS_IOC_FSSETXATTR, &attributes), "change", "the project");
}

bool may_change_owners() {
  return ::geteuid() == 0;
}

// -- Contents ------------------------------------------------------------------------------------

void write_all(const Fd& file, std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = retrying([&] {
      return ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (count < 0) fail_errno("write", "a file");
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void set_length(const Fd& file, std::uint64_t bytes) {
  expect(::ftruncate(file.get(), static_cast<off_t>(bytes)), "resize", "a file");
}

void zero_range(const Fd& file, std::uint64_t offset, std::uint64_t length) {
  const auto from = static_cast<off_t>(offset);
  const auto count = static_cast<off_t>(length);
  for (const int how : {FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE}) {
    if (::fallocate(file.get(), how | FALLOC_FL_KEEP_SIZE, from, count) == 0) return;
    if (!is_unsupported(errno)) fail_errno("write", "a file");
  }
  const Bytes zeros(std::min<std::uint64_t>(length, 1U << 20));
  while (length > 0) {
    const std::uint64_t part = std::min<std::uint64_t>(length, zeros.size());
    write_all(file, offset, ByteView(zeros).first(part));
    offset += part;
    length -= part;
  }
}

void sync_file(const Fd& file) {
  expect(::fsync(file.get()), "write", "a file");
}

}  // namespace sealift::os
