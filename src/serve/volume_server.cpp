// SPDX-License-Identifier: Apache-2.0
#include "serve/volume_server.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "serve/volume_channel.h"

namespace sealift::serve {

namespace protocol = volume_protocol;
using protocol::Command;

namespace {

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
    if (!protocol::receive_all(socket, &request, sizeof request)) return;
    if (request.magic != protocol::kRequestMagic) return;
    const auto command = static_cast<Command>(request.command);
    if (moves_data(command) && request.length > protocol::kMaxTransfer) return;
    payload.resize(command == Command::kWrite ? request.length : 0);
    if (!protocol::receive_all(socket, payload.data(), payload.size())) return;
    const Answer found = answer(request, payload);
    const protocol::Reply reply{protocol::kReplyMagic, static_cast<std::uint32_t>(found.error),
                                found.bytes.size()};
    if (!protocol::send_all(socket, &reply, sizeof reply) ||
        !protocol::send_all(socket, found.bytes.data(), found.bytes.size()))
      return;
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
