// SPDX-License-Identifier: Apache-2.0
#include "os/lock.h"

#include <fcntl.h>

#include <cerrno>

#include "os/errno.h"

namespace sealift::os {

namespace {

struct flock request(short type, LockRange range) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(range.offset);
  lock.l_len = static_cast<off_t>(range.length);
  return lock;
}

short type_of(LockKind kind) {
  return kind == LockKind::kShared ? F_RDLCK : F_WRLCK;
}

}  // namespace

bool try_lock(const File& file, LockKind kind, LockRange range) {
  struct flock lock = request(type_of(kind), range);
  if (::fcntl(file.descriptor(), F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  fail_errno("lock", file.path().native());
}

void lock(const File& file, LockKind kind, LockRange range) {
  struct flock lock = request(type_of(kind), range);
  while (::fcntl(file.descriptor(), F_OFD_SETLKW, &lock) != 0) {
    if (errno != EINTR) fail_errno("lock", file.path().native());
  }
}

void unlock(const File& file, LockRange range) {
  struct flock lock = request(F_UNLCK, range);
  if (::fcntl(file.descriptor(), F_OFD_SETLK, &lock) != 0) {
    fail_errno("unlock", file.path().native());
  }
}

std::optional<std::uint64_t> locked_offset(const File& file, LockRange range) {
  struct flock lock = request(F_WRLCK, range);
  if (::fcntl(file.descriptor(), F_OFD_GETLK, &lock) != 0) {
    fail_errno("query locks of", file.path().native());
  }
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return static_cast<std::uint64_t>(lock.l_start);
}

}  // namespace sealift::os
