// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/command.h"
#include "cli/moment.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string from;
  std::string to;
  RenameOptions rename;
  bool ignored = false;  ///< -f, -u: nothing is mounted here
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("FROM", options->from, "dataset or snapshot").required();
  parser.add_option("TO", options->to, "its new name; of a snapshot, @NAME will do").required();
  parser.add_flag("-p", options->rename.parents, "make missing parents");
  parser.add_flag("-r", options->rename.recursive, "a snapshot, in all descendants");
  parser.add_flag("-f,-u", options->ignored, "taken and ignored: nothing is mounted here");
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    rename(vault, options->from, options->to, options->rename, now());
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kRename;
const Command kRename = {"rename", "rename a dataset or snapshot", setup};

}  // namespace sealift::cli
