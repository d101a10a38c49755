// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <memory>
#include <string>

namespace sealift::cli {

/// Opens the stream in `file`; empty or "-" is standard input, which must be no terminal.
std::unique_ptr<Source> open_stream_input(const std::string& file);

/// Standard output, for whatever a command writes without end.
std::unique_ptr<Sink> open_stdout();
/// Lets who reads standard output see its end. Nothing printed later goes there.
void end_stdout(std::unique_ptr<Sink> out);

}  // namespace sealift::cli
