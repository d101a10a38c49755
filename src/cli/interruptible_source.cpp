// SPDX-License-Identifier: Apache-2.0
#include "cli/interruptible_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sealift::cli {
namespace {

/// A pipe of the default 64 KiB makes both ends wait for each other all the time.
constexpr int kPipeBytes = 1 << 20;

[[noreturn]] void fail_errno(const char* what) {
  fail(ErrorKind::kState, "cannot {} standard input: {}", what, std::strerror(errno));
}

}  // namespace

InterruptibleSource::InterruptibleSource() {
  sigset_t caught;
  sigemptyset(&caught);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&caught, signal);
  pthread_sigmask(SIG_BLOCK, &caught, &before_);
  signals_ = os::Fd(::signalfd(-1, &caught, SFD_CLOEXEC));
  if (!signals_) fail_errno("watch signals beside");
  ::fcntl(STDIN_FILENO, F_SETPIPE_SZ, kPipeBytes);
}

InterruptibleSource::~InterruptibleSource() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void InterruptibleSource::wait_for(int fd) const {
  pollfd watched[] = {{fd, POLLIN, 0}, {signals_.get(), POLLIN, 0}};
  while (::poll(watched, 2, -1) < 0)
    if (errno != EINTR) fail_errno("wait for");
  if (watched[1].revents == 0) return;
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) fail_errno("read beside");
  fail(ErrorKind::kRetry, "interrupted by signal {} ({})", info.ssi_signo,
       strsignal(static_cast<int>(info.ssi_signo)));
}

std::size_t InterruptibleSource::read(ByteSpan into) {
  for (;;) {
    wait_for(STDIN_FILENO);
    const ssize_t count = ::read(STDIN_FILENO, into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR && errno != EAGAIN) fail_errno("read");
  }
}

}  // namespace sealift::cli
