// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include "cli/command.h"
#include "os/keyring.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string snapshot;
  RollbackOptions rollback;
  bool ignored = false;  ///< -f: nothing is mounted here
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("SNAPSHOT", options->snapshot, "what to go back to").required();
  parser.add_flag("-r", options->rollback.recursive, "destroy later snapshots and bookmarks");
  parser.add_flag("-R", options->rollback.dependents, "and their clones");
  parser.add_flag("-f", options->ignored, "taken and ignored: nothing is mounted here");
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    forget_ended_keys(vault, os::system_keyring(),
                      [&] { rollback(vault, options->snapshot, options->rollback); });
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kRollback;
const Command kRollback = {"rollback", "go back to a snapshot", setup};

}  // namespace sealift::cli
