// SPDX-License-Identifier: Apache-2.0
// serve_volume() of <sealift/serve.h>.
#include <unistd.h>

#include <memory>

#include "base/error.h"
#include "dataset/contents_impl.h"
#include "dataset/object_types.h"
#include "dataset/volume.h"
#include "dataset/volume_head.h"
#include "os/signal_watch.h"
#include "serve/nbdkit_process.h"

namespace sealift {
namespace serve {
namespace {

using dataset::BlockOverlay;
using dataset::VolumeHead;

/// By this the thread that hears nbdkit's hello wakes the one that waits for signals.
constexpr int kReadySignal = SIGUSR1;

/// What is served, and whence.
struct Opened {
  std::optional<Contents> contents;  ///< to be read
  std::unique_ptr<VolumeHead> head;  ///< to be committed to
  dataset::VolumeShape shape;
  std::optional<Origin> origin;  ///< nothing: there are no contents yet
};

Opened open_head(Vault& vault, const NbdRequest& request) {
  Opened opened;
  opened.head = std::make_unique<VolumeHead>(vault.inner(), request.source, request.key);
  opened.shape = opened.head->shape();
  if (opened.head->contents() != nullptr)
    opened.origin.emplace(Origin{vault.inner(), opened.head->root(), opened.head->key()});
  return opened;
}

Opened open_contents(const Vault& vault, const NbdRequest& request) {
  Opened opened;
  opened.contents.emplace(vault, request.source, request.key);
  if (!opened.contents->is_volume()) fail(ErrorKind::kUsage, "it is no volume");
  opened.shape = dataset::shape_of(opened.contents->inner().plaintext);
  opened.origin.emplace(origin_of(*opened.contents));
  return opened;
}

/// A run of nbdkit, from its start to its end.
class Run {
 public:
  Run(const NbdRequest& request, const NbdObserver& observer, ServedVolume& volume)
      : request_(request),
        observer_(observer),
        faults_(observer.on_fault),
        server_(volume, faults_, [] { ::kill(::getpid(), kReadySignal); }) {}

  /// Why what was written is not to be kept; nothing if all ended well.
  std::optional<std::string> serve() {
    const os::SignalWatch signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, kReadySignal});
    NbdkitProcess nbdkit(request_, server_);
    auto why = wait(signals, nbdkit);
    command_.reset();
    const int status = nbdkit.stop();
    if (!request_.socket.empty()) ::unlink(request_.socket.c_str());
    if (!why && status != 0) why = fmt::format("nbdkit ended with status {}", status);
    return why;
  }

 private:
  std::optional<std::string> wait(const os::SignalWatch& signals, NbdkitProcess& nbdkit) {
    for (;;) {
      const int signal = signals.wait();
      if (signal == kReadySignal) {
        be_ready();
      } else if (signal == SIGCHLD) {
        if (const auto status = nbdkit.process().ended())
          return fmt::format("nbdkit ended with status {}", *status);
        if (command_ && command_->ended()) return verdict_on(*command_->ended());
      } else if ((signal == SIGINT || signal == SIGTERM) && !command_) {
        return std::nullopt;
      } else {
        return fmt::format("it was ended by signal {}", signal);
      }
    }
  }

  static std::optional<std::string> verdict_on(int status) {
    if (status == 0) return std::nullopt;
    return fmt::format("the command ended with status {}", status);
  }

  void be_ready() {
    if (is_ready_) return;
    is_ready_ = true;
    const std::string uri = uri_of(request_);
    if (observer_.on_ready) observer_.on_ready(uri);
    if (request_.command.empty()) return;
    os::ChildProcess::Plan plan;
    plan.arguments = {"sh", "-c", request_.command};
    plan.environment = {"uri=" + uri, "unixsocket=" + request_.socket};
    command_.emplace(plan);
  }

  const NbdRequest& request_;
  const NbdObserver& observer_;
  FaultLog faults_;
  VolumeServer server_;
  bool is_ready_ = false;
  std::optional<os::ChildProcess> command_;
};

NbdTotals serve(Vault& vault, const NbdRequest& request, const NbdObserver& observer,
                const Moment& moment) {
  const bool commits = request.access == NbdAccess::kCommit;
  const Opened opened = commits ? open_head(vault, request) : open_contents(vault, request);
  std::optional<BlockOverlay> overlay;
  if (request.access != NbdAccess::kRead)
    overlay.emplace(request.scratch, opened.shape.block_size, os::system_random());
  ServedVolume volume(opened.shape, opened.origin, overlay ? &*overlay : nullptr, request.threads);
  const auto why = Run(request, observer, volume).serve();
  if (why) fail(ErrorKind::kState, "{}{}", *why, commits ? "; the volume is as it was before" : "");
  if (!commits) return {};
  return {true, opened.head->commit(*overlay, moment)};
}

}  // namespace
}  // namespace serve

NbdTotals serve_volume(Vault& vault, const NbdRequest& request, const NbdObserver& observer,
                       const Moment& moment) {
  return in_context(fmt::format("cannot serve '{}'", request.source),
                    [&] { return serve::serve(vault, request, observer, moment); });
}

}  // namespace sealift
