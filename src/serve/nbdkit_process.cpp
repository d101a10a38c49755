// SPDX-License-Identifier: Apache-2.0
#include "serve/nbdkit_process.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sealift::serve {
namespace {

constexpr int kFirstChannel = 3;

struct Pair {
  os::Fd ours;
  os::Fd theirs;
};

Pair make_channel() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    fail(ErrorKind::kState, "cannot make a socket: {}", std::strerror(errno));
  return {os::Fd(ends[0]), os::Fd(ends[1])};
}

/// A socket that nobody listens at is of a server that was killed: it is removed. Anything else
/// stays, and nbdkit says that it is there.
void remove_stale_socket(const std::string& path) {
  struct stat status {};
  sockaddr_un address{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode) ||
      path.size() >= sizeof address.sun_path)
    return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const os::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int result =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
}

std::vector<std::string> arguments_for(const NbdRequest& request) {
  std::vector<std::string> arguments = {"nbdkit", "--foreground", "--exit-with-parent"};
  if (!request.socket.empty()) {
    arguments.insert(arguments.end(), {"--unix", request.socket});
  } else {
    arguments.insert(arguments.end(),
                     {"--ipaddr", "127.0.0.1", "--port", fmt::format("{}", request.port)});
  }
  if (request.access == NbdAccess::kRead) arguments.emplace_back("--readonly");
  arguments.push_back(request.plugin);
  std::string channels = "channels=";
  for (unsigned i = 0; i < request.threads; ++i)
    channels += fmt::format("{}{}", i == 0 ? "" : ",", kFirstChannel + i);
  arguments.push_back(channels);
  return arguments;
}

std::string percent_encoded(const std::string& path) {
  std::string encoded;
  for (const char c : path) {
    const bool is_plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("/-._~", c) != nullptr;
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

NbdkitProcess::NbdkitProcess(const NbdRequest& request, VolumeServer& server) {
  remove_stale_socket(request.socket);
  os::ChildProcess::Plan plan;
  plan.arguments = arguments_for(request);
  plan.group = os::ChildProcess::Group::kOwn;  // its end is ours to decide
  std::vector<os::Fd> theirs;
  for (unsigned i = 0; i < request.threads; ++i) {
    Pair channel = make_channel();
    plan.inherited.push_back(channel.theirs.get());
    theirs.push_back(std::move(channel.theirs));
    channels_.push_back(std::move(channel.ours));
  }
  process_.emplace(plan);
  for (const os::Fd& channel : channels_)
    threads_.emplace_back([&server, socket = channel.get()] {
      server.serve(socket);
      ::shutdown(socket, SHUT_RDWR);
    });
}

NbdkitProcess::~NbdkitProcess() {
  stop();
}

/// When the process has ended, its ends of the channels are closed, and so the threads end.
int NbdkitProcess::stop() {
  process_->terminate();
  const int status = process_->wait();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
  return status;
}

std::string uri_of(const NbdRequest& request) {
  if (request.socket.empty()) return fmt::format("nbd://127.0.0.1:{}", request.port);
  return fmt::format("nbd+unix:///?socket={}", percent_encoded(request.socket));
}

}  // namespace sealift::serve
