// SPDX-License-Identifier: Apache-2.0
#include "os/fd_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"

namespace sealift::os {

std::size_t FdSource::read(ByteSpan into) {
  for (;;) {
    const ssize_t count = ::read(fd_.get(), into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) {
      fail(ErrorKind::kState, "cannot read {}: {}", name_, std::strerror(errno));
    }
  }
}

void FdSink::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EPIPE) {
      fail(ErrorKind::kResume, "cannot write {}: the other end is closed", name_);
    }
    const ErrorKind kind =
        errno == ENOSPC || errno == EDQUOT ? ErrorKind::kRetry : ErrorKind::kState;
    fail(kind, "cannot write {}: {}", name_, std::strerror(errno));
  }
}

void widen_pipe(int fd) {
  constexpr int size = 1 << 20;  // /proc/sys/fs/pipe-max-size, where nobody changed it
  ::fcntl(fd, F_SETPIPE_SZ, size);
}

void ignore_sigpipe() {
  ::signal(SIGPIPE, SIG_IGN);
}

void end_on_sigpipe() {
  ::signal(SIGPIPE, SIG_DFL);
}

}  // namespace sealift::os
