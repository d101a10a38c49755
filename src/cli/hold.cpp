// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/command.h"
#include "cli/moment.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string tag;
  std::vector<std::string> snapshots;
  bool recursive = false;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("TAG", options->tag, "what the hold is called").required();
  parser.add_option("SNAPSHOT", options->snapshots, "snapshots to hold, all or none").required();
  parser.add_flag("-r", options->recursive, "those of the same name in all descendants too");
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    hold(vault, options->tag, options->snapshots,
         options->recursive ? Recursion::kDescendants : Recursion::kNone, now());
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kHold;
const Command kHold = {"hold", "keep snapshots from being destroyed", setup};

}  // namespace sealift::cli
