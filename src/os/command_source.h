// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>
#include <sys/types.h>

#include <string>

#include "os/fd.h"

namespace sealift::os {

/// Reads what a shell command prints. The command has no input, and writes its errors where this
/// process does. When this goes away it closes the pipe and waits: a command that writes on ends of
/// SIGPIPE.
class CommandSource final : public Source {
 public:
  /// Starts `sh -c command`. Throws Error(kState) where that cannot be.
  explicit CommandSource(const std::string& command);
  ~CommandSource() override;
  CommandSource(const CommandSource&) = delete;
  CommandSource& operator=(const CommandSource&) = delete;

  /// The end is an Error (kState) if the command failed.
  std::size_t read(ByteSpan into) override;

 private:
  std::string command_;
  Fd output_;
  pid_t pid_ = -1;
};

}  // namespace sealift::os
