// SPDX-License-Identifier: Apache-2.0
// What is in a vault, in the clear, for other programs: what `sealift mount` does.
#pragma once

#include <sealift/contents.h>

#include <filesystem>
#include <functional>
#include <string>

namespace sealift {

struct MountRequest {
  /// A snapshot, or a head as it is now; with a path, that directory of it.
  ContentsName from;
  std::filesystem::path directory;  ///< that it is mounted on
  std::string options;              ///< as mount(8) takes them: "allow_other,noexec"
  unsigned threads = 4;             ///< that answer at a time
  KeyAccess key;
};

/// Told while it is mounted. Either may be empty.
struct MountObserver {
  std::function<void()> on_mounted;
  /// What could not be read, and was an I/O error to whoever asked; each once. One call at a time.
  std::function<void(const std::string&)> on_fault;
};

/// Mounts a file system read-only by FUSE and answers until it is unmounted, or the process gets
/// SIGHUP, SIGINT or SIGTERM, which unmount it. What is mounted stays as it is even if the snapshot
/// is destroyed meanwhile: `vault` holds the state that it was opened in. Once a process, from its
/// only thread. Throws Error, besides what Contents throws: kState where it cannot be mounted.
void mount(const Vault& vault, const MountRequest& request, const MountObserver& observer);

}  // namespace sealift
