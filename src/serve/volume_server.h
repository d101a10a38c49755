// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "serve/fault_log.h"
#include "serve/served_volume.h"
#include "serve/volume_protocol.h"

namespace sealift::serve {

/// Answers nbdkit's plugin (proto/serving.md). What it asks is checked: it is another process, and
/// strangers talk to it.
class VolumeServer {
 public:
  /// `on_hello` is called for each hello. Both must outlive this.
  VolumeServer(ServedVolume& volume, FaultLog& faults, std::function<void()> on_hello)
      : volume_(volume), faults_(faults), on_hello_(std::move(on_hello)) {}

  /// Answers what comes in at a socket until the other end closes it, or says what cannot be.
  /// Several threads may each serve one.
  void serve(int socket);

 private:
  struct Answer {
    int error = 0;  ///< of errno(3)
    Bytes bytes;
  };
  Answer answer(const volume_protocol::Request& request, ByteView payload);
  Answer perform(const volume_protocol::Request& request, ByteView payload);
  Bytes hello() const;
  Bytes extents(const volume_protocol::Request& request);

  ServedVolume& volume_;
  FaultLog& faults_;
  std::function<void()> on_hello_;
};

}  // namespace sealift::serve
