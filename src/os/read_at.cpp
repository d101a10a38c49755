// SPDX-License-Identifier: Apache-2.0
#include "os/read_at.h"

#include <unistd.h>

#include <cerrno>

#include "os/errno.h"

namespace sealift::os {

std::size_t read_at(int descriptor, std::uint64_t offset, ByteSpan into, std::string_view path) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(descriptor, into.data() + done, into.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno("read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace sealift::os
