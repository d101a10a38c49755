// SPDX-License-Identifier: Apache-2.0
// stdout is data, stderr is talk.
#pragma once

#include <sealift/error.h>

#include <string_view>

namespace sealift::cli {

void say_error(const Error& error);
void say_error(std::string_view message);
void say_warning(std::string_view message);
void say_hint(std::string_view message);

/// Throws kState, as zfs exits with 1, if `fd` is a terminal: `what` (a stream) never goes to or
/// comes from one.
void refuse_terminal(int fd, std::string_view what);

}  // namespace sealift::cli
