// SPDX-License-Identifier: Apache-2.0
#include "os/errno.h"

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace sealift::os {

namespace {

ErrorKind kind_of(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EAGAIN:
    case EMFILE:
    case ENFILE:
      return ErrorKind::kRetry;
    case EIO:
      return ErrorKind::kDamaged;
    default:
      return ErrorKind::kState;
  }
}

}  // namespace

void fail_errno(std::string_view verb, std::string_view path) {
  const int code = errno;
  fail(kind_of(code), "cannot {} {}: {}", verb, path, std::generic_category().message(code));
}

}  // namespace sealift::os
