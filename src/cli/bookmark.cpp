// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/command.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string source;
  std::string bookmark;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("SOURCE", options->source, "snapshot or bookmark").required();
  parser.add_option("BOOKMARK", options->bookmark, "DATASET#NAME, or #NAME").required();
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    bookmark(vault, options->source, options->bookmark);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kBookmark;
const Command kBookmark = {"bookmark", "keep what an increment needs of a snapshot", setup};

}  // namespace sealift::cli
