// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace sealift::os {

/// True if a person sits behind standard input.
bool is_stdin_terminal();

/// Prints `question` on the terminal and reads a line without showing it; without a terminal the
/// first line of standard input. Returns its length; what does not fit is an Error(kUsage), as is
/// an input that ended. The newline is not put into `into`.
std::size_t read_secret_line(std::string_view question, ByteSpan into);

/// Reads standard input, which is no terminal, to its end or until `into` is full. Returns how many
/// bytes there were.
std::size_t read_secret_bytes(ByteSpan into);

}  // namespace sealift::os
