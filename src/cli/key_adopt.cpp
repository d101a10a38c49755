// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include "base/error.h"
#include "cli/ask_key.h"

namespace sealift::cli {
namespace {

struct Options {
  AdoptRequest request;
  std::string location;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->request.dataset, "an encrypted dataset").required();
  parser.add_option("WRAPPING", options->request.wrapping, "id of a journalled wrapping")
      .required();
  add_key_option(parser, options->location);
  return [options, &globals] {
    options->request.key = key_access(options->location);
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    for (const std::string& name : adopt_wrapping(vault, options->request))
      fmt::print("{}: another wrapping is in force\n", name);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kKeyAdopt;
const Command kKeyAdopt = {"key adopt", "put a journalled wrapping in force", setup};

}  // namespace sealift::cli
