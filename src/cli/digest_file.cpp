// SPDX-License-Identifier: Apache-2.0
#include "cli/digest_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/error.h"

namespace sealift::cli {
namespace {

/// A line names one file, whose path has at most 4,095 bytes, twice that if it is escaped.
constexpr std::size_t kMaxFileBytes = 16U << 10;

[[noreturn]] void fail_errno(const char* what, const std::string& path) {
  fail(ErrorKind::kState, "cannot {} {}: {}", what, path, std::strerror(errno));
}

bool is_fifo(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

std::string read_all(int fd, const std::string& path, const WantedDigest::Wait& wait) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    wait(fd);
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count == 0) return text;
    if (count < 0 && errno != EAGAIN && errno != EINTR) fail_errno("read", path);
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxFileBytes)
      fail(ErrorKind::kUsage, "{}: too long for a SHA-256 digest", path);
  }
}

}  // namespace

WantedDigest::WantedDigest(std::string text) : text_(std::move(text)) {
  if (!stream::is_digest(text_) && is_fifo(text_)) open();
}

/// Without waiting for who writes.
void WantedDigest::open() {
  fd_ = os::Fd(::open(text_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd_) fail_errno("open", text_);
}

stream::Digest WantedDigest::read(const Wait& wait) {
  if (stream::is_digest(text_)) return stream::parse_digest(text_);
  if (!fd_) open();
  const std::string line = read_all(fd_.get(), text_, wait);
  return in_context(text_, [&] { return stream::parse_digest(line); });
}

DigestFile::DigestFile(std::string path) : path_(std::move(path)) {
  if (!is_fifo(path_)) open();
}

void DigestFile::open() {
  fd_ = os::Fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd_) fail_errno("open", path_);
}

void DigestFile::write(const stream::Digest& digest) {
  if (!fd_) open();
  os::FdSink(std::move(fd_), path_).write(as_bytes(stream::to_line(digest)));
}

}  // namespace sealift::cli
