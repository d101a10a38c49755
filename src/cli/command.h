// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "cli/parser.h"

namespace sealift::cli {

/// What may stand before or after any command.
struct Globals {
  std::string vault;      ///< --vault or SEALIFT_VAULT; empty if neither was given
  char** argv = nullptr;  ///< what the program was called with; stays

  /// The vault's directory; throws kUsage if none was given.
  const std::string& require_vault() const;
};

/// Runs a command whose options were parsed. May throw Error.
using Action = std::function<ExitCode()>;

/// One command of the program. One file each; commands.cpp lists them all.
struct Command {
  std::string_view name;     ///< "receive", or group and name: "stream dump"
  std::string_view summary;  ///< lower case, no full stop, fits a line of the help
  /// Declares the options on `parser` and returns what runs them. Options live in the action
  /// (a shared_ptr it captures); `globals` outlives it.
  Action (*setup)(Parser& parser, const Globals& globals);
};

/// All commands, in the order of the help.
std::span<const Command> commands();

/// Parses, runs, reports: the whole program. Returns the exit status.
int run(int argc, char** argv);

}  // namespace sealift::cli
