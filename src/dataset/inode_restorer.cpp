// SPDX-License-Identifier: Apache-2.0
#include "dataset/inode_restorer.h"

#include <algorithm>

#include "base/error.h"
#include "dataset/acl.h"
#include "dataset/file_reader.h"
#include "dataset/volume_restorer.h"

namespace sealift::dataset {
namespace {

constexpr std::string_view kTemporaryPrefix = ".sealift-restoring.";

[[noreturn]] void differs(const char* what) {
  fail(ErrorKind::kDamaged, "{} differ from the snapshot's", what);
}

/// An id as this system has it. FUIDs name a user of a domain that nobody here knows.
std::uint32_t local_id(std::uint64_t id) {
  if (id > kMaxUid) fail(ErrorKind::kState, "an owner of another domain ({:#x})", id);
  return static_cast<std::uint32_t>(id);
}

bool is_same_device(const File& file, const os::InodeStatus& status) {
  return device_number::major_of(file.rdev) == status.device_major &&
         device_number::minor_of(file.rdev) == status.device_minor;
}

}  // namespace

std::string temporary_name(const File& file) {
  return fmt::format("{}{}", kTemporaryPrefix, file.number());
}

void check_restored_name(const std::string& name) {
  os::check_file_name(name);
  if (name.compare(0, kTemporaryPrefix.size(), kTemporaryPrefix) == 0)
    fail(ErrorKind::kRefused, "a name that a restore itself uses");
}

/// An inode that lacks something is better than none.
template <class Body>
void InodeRestorer::noting_shortfall(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kRetry || error.kind() == ErrorKind::kBug) throw;
    on_shortfall_(error);
  }
}

// -- Making --------------------------------------------------------------------------------------

InodeRestorer::Made InodeRestorer::restore(const File& file, const os::Fd& directory,
                                           const std::string& name) {
  check_restored_name(name);
  if (is_there(file, directory, name)) return {true, 0};
  const std::string temporary = temporary_name(file);
  os::remove_inode(directory, temporary);  // of a restore that was interrupted
  Made made;
  try {
    made.bytes = make(file, directory, temporary);
  } catch (...) {
    os::remove_inode(directory, temporary);
    throw;
  }
  os::rename_inode(directory, temporary, name);
  return made;
}

/// Whether the file is there as it should be, as far as that shows without reading it.
bool InodeRestorer::is_there(const File& file, const os::Fd& directory,
                             const std::string& name) const {
  const auto inode = os::open_inode(directory, name);
  if (!inode) return false;
  const os::InodeStatus status = os::status_of(*inode);
  bool is_same = (status.mode & file_mode::kTypeMask) == file.type();
  if (is_same && file.is_regular())
    is_same = status.size_bytes == file.size && status.mtime == file.mtime;
  if (is_same && file.is_symlink()) is_same = os::read_link(*inode) == files_.link_target(file);
  if (is_same && file.is_device()) is_same = is_same_device(file, status);
  if (!is_same && existing_ == Existing::kKeep)
    fail(ErrorKind::kState, "it exists and is another one");
  return is_same;
}

std::uint64_t InodeRestorer::make(const File& file, const os::Fd& directory,
                                  const std::string& name) {
  if (file.is_regular()) return make_regular(file, directory, name);
  if (file.is_symlink()) {
    os::make_symlink(directory, name, files_.link_target(file));
  } else {
    switch (file.type()) {
      case file_mode::kFifo:
      case file_mode::kSocket:
      case file_mode::kCharacterDevice:
      case file_mode::kBlockDevice:
        break;
      default:
        fail(ErrorKind::kDamaged, "a file of an unknown type, mode {:o}", file.mode);
    }
    os::make_node(directory, name,
                  {static_cast<std::uint32_t>(file.type()), device_number::major_of(file.rdev),
                   device_number::minor_of(file.rdev)});
  }
  if (const auto inode = os::open_inode(directory, name)) restore_attributes(file, *inode);
  return 0;
}

std::uint64_t InodeRestorer::make_regular(const File& file, const os::Fd& directory,
                                          const std::string& name) {
  const os::Fd to = os::create_regular(directory, name);
  const std::uint64_t bytes = write_contents(file, to);
  restore_attributes(file, to);
  return bytes;
}

std::uint64_t InodeRestorer::write_contents(const File& file, const os::Fd& to) {
  std::uint64_t written = 0;
  std::uint64_t end = 0;
  FileReader(files_.plaintext(), file).each_block([&](std::uint64_t offset, ByteView bytes) {
    os::write_all(to, offset, bytes);
    written += bytes.size();
    end = offset + bytes.size();
    return true;
  });
  if (end < file.size) os::set_length(to, file.size);
  return written;
}

/// The owner first, which takes special bits and capabilities away; the times last.
void InodeRestorer::restore_attributes(const File& file, const os::Fd& inode) {
  if (may_change_owners_)
    noting_shortfall([&] { os::set_owner(inode, local_id(file.uid), local_id(file.gid)); });
  noting_shortfall([&] {
    each_extended_attribute(files_, file, [&](const ExtendedAttribute& each) {
      noting_shortfall([&] {
        if (each.value.size() != each.size_bytes)
          fail(ErrorKind::kState, "cannot set {}: it has {} bytes", each.name, each.size_bytes);
        os::set_xattr(inode, each.name, each.value);
      });
    });
  });
  noting_shortfall([&] {
    if (const auto acl = nfs4_acl(files_, file)) os::set_xattr(inode, kAclXattr, as_bytes(*acl));
  });
  if (!file.is_symlink())
    noting_shortfall([&] {
      os::set_permissions(inode, static_cast<std::uint32_t>(file.mode & file_mode::kPermissions));
    });
  if (file.project != 0 && (file.is_regular() || file.is_directory()))
    noting_shortfall([&] { os::set_project(inode, static_cast<std::uint32_t>(file.project)); });
  noting_shortfall([&] { os::set_times(inode, file.atime, file.mtime); });
}

// -- Comparing -----------------------------------------------------------------------------------

void InodeRestorer::compare(const File& file, const os::Fd& directory, const std::string& name) {
  const auto inode = os::open_inode(directory, name);
  if (!inode) fail(ErrorKind::kDamaged, "it is missing");
  const os::InodeStatus status = os::status_of(*inode);
  if ((status.mode & file_mode::kTypeMask) != file.type()) differs("types");
  if (file.is_symlink() && os::read_link(*inode) != files_.link_target(file)) differs("targets");
  if (file.is_device() && !is_same_device(file, status)) differs("device numbers");
  if (file.is_regular()) {
    if (status.size_bytes != file.size) differs("sizes");
    FileReader reader(files_.plaintext(), file);
    compare_contents(reader, os::open_regular(directory, name));
  }
  compare_attributes(file, *inode);
}

void InodeRestorer::compare_attributes(const File& file, const os::Fd& inode) {
  const os::InodeStatus status = os::status_of(inode);
  if (!file.is_symlink() &&
      (status.mode & file_mode::kPermissions) != (file.mode & file_mode::kPermissions))
    differs("permissions");
  if (may_change_owners_ && (status.uid != file.uid || status.gid != file.gid)) differs("owners");
  if (status.mtime != file.mtime) differs("times");
  each_extended_attribute(files_, file, [&](const ExtendedAttribute& each) {
    const auto value = os::read_xattr(inode, each.name);
    if (!value || *value != each.value)
      fail(ErrorKind::kDamaged, "{} differs from the snapshot's", each.name);
  });
}

}  // namespace sealift::dataset
