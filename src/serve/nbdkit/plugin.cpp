// SPDX-License-Identifier: Apache-2.0
// nbdkit's plugin: hands what clients want on to the sealift that started nbdkit, over the sockets
// that it inherited. It knows no key and sees no vault; it is not linked with the rest of Sealift.
#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include "serve/volume_channel.h"
#include "serve/volume_protocol.h"

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

namespace {

namespace protocol = sealift::serve::volume_protocol;
using protocol::Command;

/// The sockets, each of which carries one request at a time.
class Channels {
 public:
  void add(int fd) { idle_.push_back(fd); }
  bool is_empty() const { return idle_.empty(); }
  int take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty(); });
    const int fd = idle_.back();
    idle_.pop_back();
    return fd;
  }
  void give_back(int fd) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(fd);
    }
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<int> idle_;
};

Channels channels;
protocol::Hello volume;

/// What is asked, what goes with it, and where the answer is to go.
struct Exchange {
  Command command;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  const void* data = nullptr;  ///< `length` bytes
  void* into = nullptr;
  std::size_t room = 0;  ///< bytes
};

/// errno(3) in place of an answer's length where there is none.
struct Answer {
  std::size_t length = 0;
  int error = 0;
};

Answer exchange_on(int fd, const Exchange& what) {
  const protocol::Request request{protocol::kRequestMagic, static_cast<std::uint32_t>(what.command),
                                  what.offset, what.length};
  protocol::Reply reply{};
  if (!protocol::send_all(fd, &request, sizeof request) ||
      (what.data != nullptr && !protocol::send_all(fd, what.data, what.length)) ||
      !protocol::receive_all(fd, &reply, sizeof reply) || reply.magic != protocol::kReplyMagic ||
      reply.length > what.room || !protocol::receive_all(fd, what.into, reply.length))
    return {0, ESHUTDOWN};
  return {reply.length, static_cast<int>(reply.error)};
}

Answer exchange(const Exchange& what) {
  const int fd = channels.take();
  const Answer answer = exchange_on(fd, what);
  channels.give_back(fd);
  return answer;
}

int fail_with(int error) {
  nbdkit_error("sealift: %s", std::strerror(error));
  nbdkit_set_error(error);
  return -1;
}

int run(const Exchange& what) {
  const Answer answer = exchange(what);
  return answer.error == 0 ? 0 : fail_with(answer.error);
}

// -- Before there are clients --------------------------------------------------------------------

int config(const char* key, const char* value) {
  if (std::strcmp(key, "channels") != 0) {
    nbdkit_error("unknown parameter '%s'", key);
    return -1;
  }
  for (const char* at = value; *at != '\0';) {
    char* end = nullptr;
    const long fd = std::strtol(at, &end, 10);
    if (end == at || (*end != ',' && *end != '\0')) {
      nbdkit_error("'%s' is no list of descriptors", value);
      return -1;
    }
    channels.add(static_cast<int>(fd));
    at = *end == ',' ? end + 1 : end;
  }
  return 0;
}

int config_complete() {
  if (!channels.is_empty()) return 0;
  nbdkit_error("this plugin is started by 'sealift nbd'");
  return -1;
}

/// nbdkit listens already, so whoever is told by this can connect.
int after_fork() {
  const Answer answer = exchange({Command::kHello, 0, 0, nullptr, &volume, sizeof volume});
  if (answer.error == 0 && answer.length == sizeof volume) return 0;
  return fail_with(answer.error == 0 ? EPROTO : answer.error);
}

// -- For each client -----------------------------------------------------------------------------

/// There is one volume, and nothing to keep of a client.
void* open(int) {
  return &volume;
}

std::int64_t get_size(void*) {
  return static_cast<std::int64_t>(volume.size_bytes);
}

int block_size(void*, std::uint32_t* minimum, std::uint32_t* preferred, std::uint32_t* maximum) {
  *minimum = 1;
  *preferred = std::max<std::uint32_t>(volume.block_bytes, 4096);
  *maximum = UINT32_MAX;
  return 0;
}

int can_write(void*) {
  return static_cast<int>(volume.is_writable);
}

/// A write that was answered is seen by all clients, so a flush by one is good for all.
int yes(void*) {
  return 1;
}

int can_fua(void*) {
  return NBDKIT_FUA_NATIVE;
}

int pread(void*, void* into, std::uint32_t count, std::uint64_t offset, std::uint32_t) {
  auto* at = static_cast<char*>(into);
  while (count > 0) {
    const std::uint32_t part = std::min(count, protocol::kMaxTransfer);
    const Answer answer = exchange({Command::kRead, offset, part, nullptr, at, part});
    if (answer.error != 0) return fail_with(answer.error);
    if (answer.length != part) return fail_with(EPROTO);
    at += part;
    offset += part;
    count -= part;
  }
  return 0;
}

int pwrite(void*, const void* from, std::uint32_t count, std::uint64_t offset, std::uint32_t) {
  const auto* at = static_cast<const char*>(from);
  while (count > 0) {
    const std::uint32_t part = std::min(count, protocol::kMaxTransfer);
    if (run({Command::kWrite, offset, part, at}) != 0) return -1;
    at += part;
    offset += part;
    count -= part;
  }
  return 0;
}

int zero(void*, std::uint32_t count, std::uint64_t offset, std::uint32_t) {
  return run({Command::kZero, offset, count});
}

int trim(void*, std::uint32_t count, std::uint64_t offset, std::uint32_t) {
  return run({Command::kTrim, offset, count});
}

/// What was written lasts no longer than the server until it is committed, and nothing waits.
int flush(void*, std::uint32_t) {
  return 0;
}

int extents(void*, std::uint32_t count, std::uint64_t offset, std::uint32_t,
            struct nbdkit_extents* found) {
  std::vector<protocol::Extent> buffer(protocol::kMaxExtents);
  const Answer answer = exchange({Command::kExtents, offset, count, nullptr, buffer.data(),
                                  buffer.size() * sizeof(protocol::Extent)});
  if (answer.error != 0) return fail_with(answer.error);
  for (std::size_t i = 0; i < answer.length / sizeof(protocol::Extent); ++i) {
    const std::uint32_t type = buffer[i].is_hole != 0 ? NBDKIT_EXTENT_HOLE | NBDKIT_EXTENT_ZERO : 0;
    if (nbdkit_add_extent(found, offset, buffer[i].length, type) != 0) return -1;
    offset += buffer[i].length;
  }
  return 0;
}

nbdkit_plugin make_plugin() {
  nbdkit_plugin made{};
  made.name = "sealift";
  made.longname = "Sealift's volumes";
  made.description = "Serves a volume to which 'sealift nbd' has the key";
  made.config = config;
  made.config_complete = config_complete;
  made.config_help = "Started by 'sealift nbd'; sealift-nbd(1) tells of it.";
  made.after_fork = after_fork;
  made.open = open;
  made.get_size = get_size;
  made.block_size = block_size;
  made.can_write = can_write;
  made.can_multi_conn = yes;
  made.can_flush = yes;
  made.can_trim = yes;
  made.can_zero = yes;
  made.can_fast_zero = yes;
  made.can_extents = yes;
  made.can_fua = can_fua;
  made.pread = pread;
  made.pwrite = pwrite;
  made.zero = zero;
  made.trim = trim;
  made.flush = flush;
  made.extents = extents;
  made.errno_is_preserved = 1;
  return made;
}

nbdkit_plugin plugin = make_plugin();

}  // namespace

NBDKIT_REGISTER_PLUGIN(plugin)
