// SPDX-License-Identifier: Apache-2.0
// How messages of serve/volume_protocol.h go over a socket; for both of its ends.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

namespace sealift::serve::volume_protocol {

/// False where the other end was closed before all of it came.
inline bool receive_all(int socket, void* into, std::size_t bytes) {
  auto* at = static_cast<char*>(into);
  while (bytes > 0) {
    const ssize_t got = ::recv(socket, at, bytes, MSG_WAITALL);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

/// False where the other end is closed.
inline bool send_all(int socket, const void* from, std::size_t bytes) {
  const auto* at = static_cast<const char*>(from);
  while (bytes > 0) {
    const ssize_t sent = ::send(socket, at, bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    at += sent;
    bytes -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace sealift::serve::volume_protocol
