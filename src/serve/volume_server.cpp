// SPDX-License-Identifier: Apache-2.0
#include "serve/volume_server.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sealift::serve {

namespace protocol = volume_protocol;
using protocol::Command;

namespace {

/// False where the other end closed it before.
bool receive_all(int socket, ByteSpan into) {
  while (!into.empty()) {
    const ssize_t got = ::recv(socket, into.data(), into.size(), MSG_WAITALL);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool send_all(int socket, ByteView from) {
  while (!from.empty()) {
    const ssize_t sent = ::send(socket, from.data(), from.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    from = from.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

template <class T>
ByteView bytes_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

bool moves_data(Command command) {
  return command == Command::kRead || command == Command::kWrite;
}

bool changes(Command command) {
  return command == Command::kWrite || command == Command::kZero || command == Command::kTrim;
}

}  // namespace

void VolumeServer::serve(int socket) {
  protocol::Request request{};
  Bytes payload;
  for (;;) {
    const ByteSpan into(reinterpret_cast<std::uint8_t*>(&request), sizeof request);
    if (!receive_all(socket, into) || request.magic != protocol::kRequestMagic) return;
    const auto command = static_cast<Command>(request.command);
    if (moves_data(command) && request.length > protocol::kMaxTransfer) return;
    payload.resize(command == Command::kWrite ? request.length : 0);
    if (!receive_all(socket, payload)) return;
    const Answer found = answer(request, payload);
    const protocol::Reply reply{protocol::kReplyMagic, static_cast<std::uint32_t>(found.error),
                                found.bytes.size()};
    if (!send_all(socket, bytes_of(reply)) || !send_all(socket, found.bytes)) return;
  }
}

/// Whatever goes wrong is an error of the disk to whoever asked.
VolumeServer::Answer VolumeServer::answer(const protocol::Request& request, ByteView payload) {
  try {
    return perform(request, payload);
  } catch (const Error& error) {
    faults_.note(error.what());
    return {error.kind() == ErrorKind::kRetry ? ENOSPC : EIO, {}};
  } catch (const std::bad_alloc&) {
    return {ENOMEM, {}};
  } catch (const std::exception& error) {
    faults_.note(error.what());
    return {EIO, {}};
  }
}

VolumeServer::Answer VolumeServer::perform(const protocol::Request& request, ByteView payload) {
  const auto command = static_cast<Command>(request.command);
  if (command == Command::kHello) {
    on_hello_();
    return {0, hello()};
  }
  if (request.offset > volume_.size() || request.length > volume_.size() - request.offset)
    return {EINVAL, {}};
  if (changes(command) && !volume_.is_writable()) return {EROFS, {}};
  Answer done;
  switch (command) {
    case Command::kRead:
      done.bytes.resize(request.length);
      volume_.read(request.offset, done.bytes);
      return done;
    case Command::kWrite:
      volume_.write(request.offset, payload);
      return done;
    case Command::kZero:
      volume_.zero({request.offset, request.length});
      return done;
    case Command::kTrim:
      volume_.trim({request.offset, request.length});
      return done;
    case Command::kExtents:
      done.bytes = extents(request);
      return done;
    case Command::kHello:
      break;
  }
  return {EINVAL, {}};
}

Bytes VolumeServer::hello() const {
  const protocol::Hello hello{volume_.size(), volume_.block_size(),
                              volume_.is_writable() ? 1U : 0U};
  const ByteView bytes = bytes_of(hello);
  return {bytes.begin(), bytes.end()};
}

Bytes VolumeServer::extents(const protocol::Request& request) {
  Bytes bytes;
  for (const ServedVolume::Extent& each :
       volume_.extents({request.offset, request.length}, protocol::kMaxExtents)) {
    const protocol::Extent extent{each.length, each.is_hole ? 1U : 0U};
    const ByteView view = bytes_of(extent);
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

}  // namespace sealift::serve
