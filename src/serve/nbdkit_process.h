// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/serve.h>

#include <optional>
#include <thread>
#include <vector>

#include "os/child_process.h"
#include "os/fd.h"
#include "serve/volume_server.h"

namespace sealift::serve {

/// nbdkit with our plugin, and the threads that answer it. The process ends when this one does.
class NbdkitProcess {
 public:
  /// Throws Error(kState) where it cannot be started. `server` must outlive this.
  NbdkitProcess(const NbdRequest& request, VolumeServer& server);
  /// Ends it.
  ~NbdkitProcess();
  NbdkitProcess(const NbdkitProcess&) = delete;
  NbdkitProcess& operator=(const NbdkitProcess&) = delete;

  os::ChildProcess& process() { return *process_; }
  /// Asks it to end, waits until it has, and until all that it asked is answered. Its exit status.
  int stop();

 private:
  std::optional<os::ChildProcess> process_;
  std::vector<os::Fd> channels_;  ///< our ends
  std::vector<std::thread> threads_;
};

/// Where clients find it.
std::string uri_of(const NbdRequest& request);

}  // namespace sealift::serve
