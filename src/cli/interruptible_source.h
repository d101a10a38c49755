// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/channel.h>
#include <signal.h>

#include "os/fd.h"

namespace sealift::cli {

/// Standard input, until SIGHUP, SIGINT or SIGTERM comes: then a read throws Error(kRetry), so
/// that whoever reads can keep what arrived. While this lives these signals do nothing else.
/// Make it before the first thread; one at a time.
class InterruptibleSource final : public Source {
 public:
  InterruptibleSource();
  ~InterruptibleSource() override;
  InterruptibleSource(const InterruptibleSource&) = delete;
  InterruptibleSource& operator=(const InterruptibleSource&) = delete;

  std::size_t read(ByteSpan into) override;
  /// Waits until there is something to read at another descriptor; throws as read() does.
  void wait_for(int fd) const;

 private:
  sigset_t before_;
  os::Fd signals_;
};

}  // namespace sealift::cli
