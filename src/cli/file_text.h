// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/contents.h>

#include <string>
#include <string_view>

namespace sealift::cli {

/// A name from a file system for a line of text: control characters and backslashes as "\012".
std::string escape_name(std::string_view name);

/// "-rw-r--r--", as ls(1) shows a mode.
std::string mode_text(std::uint64_t mode);

/// "2026-11-22 09:15", in the local time zone.
std::string time_text(std::int64_t seconds);

}  // namespace sealift::cli
