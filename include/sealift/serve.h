// SPDX-License-Identifier: Apache-2.0
// What is in a vault, in the clear, for other programs: what `sealift mount` and
// `sealift nbd` do.
#pragma once

#include <sealift/contents.h>

#include <cstdint>
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

enum class NbdAccess : std::uint8_t {
  kRead,
  kDiscard,  ///< written to, and what was written is forgotten at the end
  kCommit,   ///< what was written becomes the dataset's head when all ends well
};

struct NbdRequest {
  std::string source;  ///< a volume's snapshot, or its head; to be committed to, the head
  NbdAccess access = NbdAccess::kRead;
  std::string socket;      ///< the path of a Unix socket, for its owner alone
  std::uint16_t port = 0;  ///< without a socket: of TCP, at 127.0.0.1
  /// A shell command that is run when clients can connect, with their address in $uri and the
  /// socket in $unixsocket. Empty: serve until a signal comes.
  std::string command;
  /// Takes what is written until it is committed, sealed under a key that nobody keeps.
  std::filesystem::path scratch;
  std::filesystem::path plugin;  ///< nbdkit-sealift-plugin.so
  unsigned threads = 8;          ///< that answer at a time
  KeyAccess key;
};

struct NbdTotals {
  bool is_committed = false;        ///< as it was asked for, though nothing may have changed
  std::uint64_t written_bytes = 0;  ///< of new blocks, before compression
};

/// Told while a volume is served. Either may be empty.
struct NbdObserver {
  std::function<void(const std::string& uri)> on_ready;
  /// What could not be read or written, and was an I/O error to the client; each once. One call at
  /// a time.
  std::function<void(const std::string&)> on_fault;
};

/// Serves a volume by NBD until SIGINT or SIGTERM comes, or the command has ended. nbdkit talks to
/// the clients, and has no key: all that it reads and writes goes through this process.
///
/// With kCommit `vault` is open for writing, and what was written becomes the head at the end,
/// unless another signal, a failing command or a failing nbdkit is that end. Once a process, from
/// its only thread. Throws Error, besides what Contents throws: kUsage for what is no volume or
/// cannot be written to; kState where it cannot be served or was not ended well, and where the head
/// was changed by others meanwhile: then it is as they left it.
NbdTotals serve_volume(Vault& vault, const NbdRequest& request, const NbdObserver& observer,
                       const Moment& moment);

}  // namespace sealift
