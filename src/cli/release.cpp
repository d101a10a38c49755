// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/command.h"

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
  parser.add_option("SNAPSHOT", options->snapshots, "snapshots to let go").required();
  parser.add_flag("-r", options->recursive, "those of the same name in all descendants too");
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    release(vault, options->tag, options->snapshots,
            options->recursive ? Recursion::kDescendants : Recursion::kNone);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kRelease;
const Command kRelease = {"release", "remove a hold from snapshots", setup};

}  // namespace sealift::cli
