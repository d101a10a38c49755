// SPDX-License-Identifier: Apache-2.0
#include <sealift/stream.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.h"
#include "cli/command.h"
#include "cli/peer_head.h"
#include "cli/stream_input.h"
#include "cli/talk.h"
#include "os/fd_channel.h"

namespace sealift::cli {
namespace {

struct Options {
  PeerOptions peer;
  bool verbose = false;
};

Action setup(Parser& parser, const Globals&) {
  const auto options = std::make_shared<Options>();
  add_peer_options(parser, options->peer);
  parser.add_flag("-v,--verbose", options->verbose, "say how many streams were rewrapped");
  return [options] {
    if (!options->peer.is_given())
      fail(ErrorKind::kUsage, "give the head of the peer's stream with --wrapping-of");
    refuse_terminal(STDOUT_FILENO, "a stream");
    const auto from = open_stream_input("");
    os::ignore_sigpipe();
    const auto to = open_stdout();
    const auto summary =
        stream::rewrap(*from, *to, read_peer(options->peer, HeadFromInput::kTaken));
    if (options->verbose)
      fmt::print(stderr, "{} rewrapped, {} unchanged\n", summary.rewrapped, summary.unchanged);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kStreamRewrap;
const Command kStreamRewrap = {"stream rewrap", "keep a peer's own wrapping in a stream to it",
                               setup};

}  // namespace sealift::cli
