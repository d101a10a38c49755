// SPDX-License-Identifier: Apache-2.0
#include "cli/peer_head.h"

#include <sys/stat.h>

#include "base/error.h"
#include "cli/stream_input.h"
#include "os/command_source.h"

namespace sealift::cli {
namespace {

/// A pipe gives its head once.
bool is_regular(const std::string& file) {
  struct stat status = {};
  return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

stream::PeerHead head_in(const std::string& file) {
  const bool again = file != "-" && is_regular(file);
  return {[file] { return open_stream_input(file); },
          again ? stream::PeerHead::Again::kYes : stream::PeerHead::Again::kNo};
}

stream::PeerHead head_by(const std::string& command) {
  return {[command] { return std::make_unique<os::CommandSource>(command); },
          stream::PeerHead::Again::kYes};
}

}  // namespace

void add_peer_options(Parser& parser, PeerOptions& options) {
  parser
      .add_option("--wrapping-of", options.files,
                  "put in the wrapping from the head of the peer's raw stream")
      .type_name("FILE")
      .repeatable();
  parser
      .add_option("--wrapping-by", options.commands,
                  "the same from what this prints, now and before the end")
      .type_name("COMMAND")
      .repeatable();
}

stream::Peer read_peer(const PeerOptions& options, HeadFromInput input) {
  std::vector<stream::PeerHead> heads;
  for (const std::string& file : options.files) {
    if (file == "-" && input == HeadFromInput::kTaken)
      fail(ErrorKind::kUsage, "standard input is the stream itself: give its head in a file");
    heads.push_back(head_in(file));
  }
  for (const std::string& command : options.commands) heads.push_back(head_by(command));
  return stream::Peer(std::move(heads));
}

}  // namespace sealift::cli
