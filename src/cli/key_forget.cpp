// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include "cli/command.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string dataset;
  std::string wrapping;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->dataset, "an encrypted dataset").required();
  parser.add_option("WRAPPING", options->wrapping, "id of a journalled wrapping").required();
  return [options, &globals] {
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    forget_wrapping(vault, options->dataset, options->wrapping);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kKeyForget;
const Command kKeyForget = {"key forget", "remove a journalled wrapping for ever", setup};

}  // namespace sealift::cli
