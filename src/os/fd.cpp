// SPDX-License-Identifier: Apache-2.0
#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sealift::os {

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fd duplicate(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    fail(ErrorKind::kState, "cannot use file descriptor {}: {}", fd, std::strerror(errno));
  }
  return Fd(copy);
}

}  // namespace sealift::os
