// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>

#include <string>
#include <utility>

#include "os/fd.h"

namespace sealift::os {

/// Reads from a file descriptor: file, pipe, socket.
class FdSource final : public Source {
 public:
  /// Takes the descriptor over; `name` is for messages.
  FdSource(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  std::size_t read(ByteSpan into) override;
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::string name_;
};

/// Writes to a file descriptor. A reader that went away is an Error (kResume), not a signal:
/// call ignore_sigpipe() once.
class FdSink final : public Sink {
 public:
  FdSink(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  void write(ByteView bytes) override;
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::string name_;
};

/// Lets the pipe behind `fd` hold enough that both ends need not change over within a block.
/// Does nothing to what is no pipe.
void widen_pipe(int fd);

/// What a closed pipe means to the process: an error of the write, or its quiet end. Programs call
/// these, libraries do not.
void ignore_sigpipe();
void end_on_sigpipe();

}  // namespace sealift::os
