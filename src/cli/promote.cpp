// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/command.h"

namespace sealift::cli {
namespace {

Action setup(Parser& parser, const Globals& globals) {
  const auto clone = std::make_shared<std::string>();
  parser.add_option("CLONE", *clone, "a dataset that has an origin").required();
  return [clone, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    promote(vault, *clone);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kPromote;
const Command kPromote = {"promote", "let a clone take its origin's place", setup};

}  // namespace sealift::cli
