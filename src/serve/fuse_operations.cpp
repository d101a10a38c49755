// SPDX-License-Identifier: Apache-2.0
#include "serve/fuse_operations.h"

#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/checked.h"
#include "base/error.h"
#include "serve/fuse_api.h"
#include "serve/fuse_session.h"

namespace sealift::serve {
namespace {

/// For how many seconds the kernel may believe what it was told: as long as it likes.
constexpr double kForever = 1e6;
constexpr std::uint64_t kSectorBytes = 512;
/// Owners of other domains are nobody here, as kernel.overflowuid says.
constexpr std::uint32_t kNobody = 65534;
/// "." and "..".
constexpr std::size_t kDots = 2;

FuseSession& session_of(fuse_req_t request) {
  return *static_cast<FuseSession*>(fuse_req_userdata(request));
}

/// Runs `body`, which answers the request; what it throws is answered as an error.
template <class Body>
void answer(fuse_req_t request, Body&& body) {
  int error = EIO;
  try {
    return body(session_of(request));
  } catch (const Error& fault) {
    session_of(request).note_fault(fault.what());
    if (fault.kind() == ErrorKind::kRetry) error = ENOMEM;
  } catch (const std::bad_alloc&) {
    error = ENOMEM;
  } catch (const std::exception& fault) {
    session_of(request).note_fault(fault.what());
  }
  fuse_reply_err(request, error);
}

// -- Attributes ----------------------------------------------------------------------------------

std::uint32_t local_id(std::uint64_t id) {
  return id > dataset::kMaxUid ? kNobody : static_cast<std::uint32_t>(id);
}

timespec to_timespec(const dataset::Time& time) {
  return {static_cast<time_t>(time.seconds), static_cast<long>(time.nanoseconds)};
}

struct stat to_stat(const FileStatus& status) {
  const dataset::File& file = status.file;
  struct stat out {};
  out.st_ino = file.number();
  out.st_mode = static_cast<mode_t>(file.mode);
  out.st_nlink = file.links;
  out.st_uid = local_id(file.uid);
  out.st_gid = local_id(file.gid);
  out.st_size = static_cast<off_t>(file.size);
  out.st_blksize = file.object->block_size();
  out.st_blocks = static_cast<blkcnt_t>(divide_up(status.stored_bytes, kSectorBytes));
  if (file.is_device())
    out.st_rdev = makedev(dataset::device_number::major_of(file.rdev),
                          dataset::device_number::minor_of(file.rdev));
  out.st_atim = to_timespec(file.atime);
  out.st_mtim = to_timespec(file.mtime);
  out.st_ctim = to_timespec(file.ctime);
  return out;
}

fuse_entry_param to_entry(FuseSession& session, const FileStatus& status) {
  fuse_entry_param entry{};
  entry.ino = session.inode_of(status.file.number());
  entry.attr = to_stat(status);
  entry.attr_timeout = kForever;
  entry.entry_timeout = kForever;
  return entry;
}

void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
  answer(request, [&](FuseSession& session) {
    const auto object = session.tree().lookup(session.object_of(parent), name);
    fuse_entry_param entry{};
    entry.entry_timeout = kForever;  // no inode: there is none, for good
    if (object) entry = to_entry(session, session.tree().status(*object));
    fuse_reply_entry(request, &entry);
  });
}

void getattr(fuse_req_t request, fuse_ino_t inode, fuse_file_info*) {
  answer(request, [&](FuseSession& session) {
    const struct stat status = to_stat(session.tree().status(session.object_of(inode)));
    fuse_reply_attr(request, &status, kForever);
  });
}

void readlink(fuse_req_t request, fuse_ino_t inode) {
  answer(request, [&](FuseSession& session) {
    fuse_reply_readlink(request, session.tree().link_target(session.object_of(inode)).c_str());
  });
}

void statfs(fuse_req_t request, fuse_ino_t) {
  answer(request, [&](FuseSession& session) {
    const SnapshotTree::Usage usage = session.tree().usage();
    struct statvfs out {};
    out.f_bsize = kSectorBytes;
    out.f_frsize = kSectorBytes;
    out.f_blocks = divide_up(usage.stored_bytes, kSectorBytes);
    out.f_files = usage.max_files;
    out.f_namemax = NAME_MAX;
    fuse_reply_statfs(request, &out);
  });
}

// -- Extended attributes -------------------------------------------------------------------------

void reply_sized(fuse_req_t request, ByteView value, std::size_t room) {
  if (room == 0) {
    fuse_reply_xattr(request, value.size());
  } else if (value.size() > room) {
    fuse_reply_err(request, ERANGE);
  } else {
    fuse_reply_buf(request, reinterpret_cast<const char*>(value.data()), value.size());
  }
}

void getxattr(fuse_req_t request, fuse_ino_t inode, const char* name, std::size_t room) {
  answer(request, [&](FuseSession& session) {
    const auto all = session.tree().extended_attributes(session.object_of(inode));
    const auto found = all.find(name);
    if (found == all.end()) {
      fuse_reply_err(request, ENODATA);
    } else {
      reply_sized(request, found->second, room);
    }
  });
}

void listxattr(fuse_req_t request, fuse_ino_t inode, std::size_t room) {
  answer(request, [&](FuseSession& session) {
    std::string names;
    for (const auto& [name, value] : session.tree().extended_attributes(session.object_of(inode))) {
      names += name;
      names += '\0';
    }
    reply_sized(request, as_bytes(names), room);
  });
}

// -- Directories ---------------------------------------------------------------------------------

/// What stands behind an open directory's handle.
struct OpenDirectory {
  std::shared_ptr<const Listing> listing;
  std::uint64_t object;
  std::uint64_t parent;
};

OpenDirectory& directory_of(const fuse_file_info* info) {
  return *reinterpret_cast<OpenDirectory*>(info->fh);
}

void opendir(fuse_req_t request, fuse_ino_t inode, fuse_file_info* info) {
  answer(request, [&](FuseSession& session) {
    const std::uint64_t object = session.object_of(inode);
    auto opened = std::make_unique<OpenDirectory>();
    opened->object = object;
    opened->parent = inode == FUSE_ROOT_ID ? object : session.tree().status(object).file.parent;
    opened->listing = session.tree().list(object);
    if (opened->listing->left_out() != 0)
      session.note_fault(fmt::format("object {}: {} names that Linux does not take are left out",
                                     object, opened->listing->left_out()));
    info->fh = reinterpret_cast<std::uintptr_t>(opened.get());
    info->cache_readdir = 1;
    info->keep_cache = 1;
    if (fuse_reply_open(request, info) == 0) opened.release();
  });
}

void releasedir(fuse_req_t request, fuse_ino_t, fuse_file_info* info) {
  delete &directory_of(info);
  fuse_reply_err(request, 0);
}

/// A part of a directory as the kernel wants it.
class DirectoryPage {
 public:
  DirectoryPage(fuse_req_t request, std::size_t room) : request_(request), buffer_(room) {}

  /// False where there is no room. `next` is where the directory goes on behind it.
  bool add(const std::string& name, const struct stat& status, off_t next) {
    return took(fuse_add_direntry(request_, at(), left(), name.c_str(), &status, next));
  }
  bool add(const std::string& name, const fuse_entry_param& entry, off_t next) {
    return took(fuse_add_direntry_plus(request_, at(), left(), name.c_str(), &entry, next));
  }
  void reply() { fuse_reply_buf(request_, buffer_.data(), used_); }

 private:
  char* at() { return buffer_.data() + used_; }
  std::size_t left() const { return buffer_.size() - used_; }
  bool took(std::size_t bytes) {
    if (bytes > left()) return false;
    used_ += bytes;
    return true;
  }

  fuse_req_t request_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
};

struct NamedStat {
  std::string name;
  struct stat status {};
};

/// What a directory's entry says by itself: number and type.
NamedStat entry_at(const OpenDirectory& directory, std::size_t index) {
  if (index < kDots) {
    NamedStat dots{index == 0 ? "." : "..", {}};
    dots.status.st_ino = index == 0 ? directory.object : directory.parent;
    dots.status.st_mode = S_IFDIR;
    return dots;
  }
  const Listing::Entry entry = (*directory.listing)[index - kDots];
  NamedStat named{std::string(entry.name), {}};
  named.status.st_ino = entry.object;
  named.status.st_mode = static_cast<mode_t>(entry.type) << 12;
  return named;
}

void readdir(fuse_req_t request, fuse_ino_t, std::size_t room, off_t offset, fuse_file_info* info) {
  answer(request, [&](FuseSession&) {
    const OpenDirectory& directory = directory_of(info);
    DirectoryPage page(request, room);
    for (auto i = static_cast<std::size_t>(offset); i < directory.listing->size() + kDots; ++i) {
      const NamedStat entry = entry_at(directory, i);
      if (!page.add(entry.name, entry.status, static_cast<off_t>(i + 1))) break;
    }
    page.reply();
  });
}

/// Without an inode where its attributes cannot be read: then the name alone is shown, and whoever
/// wants more gets the error.
fuse_entry_param entry_plus(FuseSession& session, const NamedStat& named, std::size_t index) {
  fuse_entry_param entry{};
  entry.attr = named.status;
  if (index < kDots) return entry;
  try {
    return to_entry(session, session.tree().status(named.status.st_ino));
  } catch (const Error& fault) {
    session.note_fault(fault.what());
    return entry;
  }
}

void readdirplus(fuse_req_t request, fuse_ino_t, std::size_t room, off_t offset,
                 fuse_file_info* info) {
  answer(request, [&](FuseSession& session) {
    const OpenDirectory& directory = directory_of(info);
    DirectoryPage page(request, room);
    for (auto i = static_cast<std::size_t>(offset); i < directory.listing->size() + kDots; ++i) {
      const NamedStat named = entry_at(directory, i);
      if (!page.add(named.name, entry_plus(session, named, i), static_cast<off_t>(i + 1))) break;
    }
    page.reply();
  });
}

// -- Files ---------------------------------------------------------------------------------------

const SnapshotTree::OpenFile& file_of(const fuse_file_info* info) {
  return *reinterpret_cast<const SnapshotTree::OpenFile*>(info->fh);
}

void open(fuse_req_t request, fuse_ino_t inode, fuse_file_info* info) {
  answer(request, [&](FuseSession& session) {
    auto opened =
        std::make_unique<SnapshotTree::OpenFile>(session.tree().open(session.object_of(inode)));
    info->fh = reinterpret_cast<std::uintptr_t>(opened.get());
    info->keep_cache = 1;
    if (fuse_reply_open(request, info) == 0) opened.release();
  });
}

void release(fuse_req_t request, fuse_ino_t, fuse_file_info* info) {
  delete &file_of(info);
  fuse_reply_err(request, 0);
}

void read(fuse_req_t request, fuse_ino_t, std::size_t count, off_t offset, fuse_file_info* info) {
  answer(request, [&](FuseSession& session) {
    const Bytes bytes =
        session.tree().read(file_of(info), static_cast<std::uint64_t>(offset), count);
    fuse_reply_buf(request, reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
}

void lseek(fuse_req_t request, fuse_ino_t, off_t offset, int whence, fuse_file_info* info) {
  answer(request, [&](FuseSession& session) {
    const auto from = static_cast<std::uint64_t>(offset);
    const auto found = whence == SEEK_DATA ? session.tree().next_data(file_of(info), from)
                                           : session.tree().next_hole(file_of(info), from);
    if (found) {
      fuse_reply_lseek(request, static_cast<off_t>(*found));
    } else {
      fuse_reply_err(request, ENXIO);
    }
  });
}

void init(void*, fuse_conn_info* connection) {
  // The kernel then checks ACLs as it checks permissions.
  connection->want |= connection->capable & (FUSE_CAP_POSIX_ACL | FUSE_CAP_CACHE_SYMLINKS);
}

}  // namespace

const fuse_lowlevel_ops& fuse_operations() {
  static const fuse_lowlevel_ops operations = [] {
    fuse_lowlevel_ops ops{};
    ops.init = init;
    ops.lookup = lookup;
    ops.getattr = getattr;
    ops.readlink = readlink;
    ops.open = open;
    ops.read = read;
    ops.release = release;
    ops.lseek = lseek;
    ops.opendir = opendir;
    ops.readdir = readdir;
    ops.readdirplus = readdirplus;
    ops.releasedir = releasedir;
    ops.statfs = statfs;
    ops.getxattr = getxattr;
    ops.listxattr = listxattr;
    return ops;
  }();
  return operations;
}

}  // namespace sealift::serve
