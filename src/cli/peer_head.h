// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/stream.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/parser.h"

namespace sealift::cli {

/// Where the user says that heads of a peer's streams are.
struct PeerOptions {
  std::vector<std::string> files;     ///< --wrapping-of
  std::vector<std::string> commands;  ///< --wrapping-by

  bool is_given() const { return !files.empty() || !commands.empty(); }
};

/// Declares the two options.
void add_peer_options(Parser& parser, PeerOptions& options);

/// Whether standard input may be one of the files.
enum class HeadFromInput { kAllowed, kTaken };

/// Reads the heads. Throws Error as stream::Peer does, and kUsage for standard input where that is
/// taken.
stream::Peer read_peer(const PeerOptions& options, HeadFromInput input);

}  // namespace sealift::cli
