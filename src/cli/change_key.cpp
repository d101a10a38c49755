// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include "cli/ask_key.h"
#include "cli/assignments.h"
#include "cli/moment.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  ChangeKeyRequest request;
  std::vector<std::string> assignments;
  bool inherit = false;
};

ExitCode run(Options& options, const Globals& globals) {
  ChangeKeyRequest& request = options.request;
  request.properties = parse_assignments(options.assignments);
  request.key = key_access({});
  KeyObserver observer;
  observer.on_warning = [](const std::string& warning) { say_warning(warning); };
  Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
  if (options.inherit) {
    inherit_key(vault, request, observer, now());
  } else {
    change_key(vault, request, observer, now());
  }
  return ExitCode::kOk;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->request.dataset, "an encrypted dataset").required();
  parser.add_flag("-l", options->request.load, "load the key that is in force first");
  parser.add_flag("-i", options->inherit, "inherit the key of the parent");
  parser
      .add_option("-o", options->assignments,
                  "keyformat, keylocation, pbkdf2iters, or a user property")
      .type_name("PROP=VALUE")
      .repeatable();
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kChangeKey;
const Command kChangeKey = {"change-key", "wrap a dataset's master key anew", setup};

}  // namespace sealift::cli
