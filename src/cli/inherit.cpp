// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/command.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string property;
  std::vector<std::string> names;
  InheritOptions inherit;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("PROPERTY", options->property, "what to clear").required();
  parser.add_option("NAME", options->names, "on which datasets or snapshots").required();
  parser.add_flag("-r", options->inherit.recursive, "on all below them too");
  parser.add_flag("-S", options->inherit.to_received, "back to the received value");
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    inherit_property(vault, options->names, options->property, options->inherit);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kInherit;
const Command kInherit = {"inherit", "clear properties, so that the parent's hold", setup};

}  // namespace sealift::cli
