// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/duration.h"
#include "cli/key_totals.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  LoadKeysRequest request;
  std::string location;
  std::string life;
  bool recursive = false;
  bool all = false;
};

ExitCode run(const Options& options, const Globals& globals) {
  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  LoadKeysRequest request = options.request;
  request.dataset = scope(options.all, request.dataset, vault);
  const bool several = options.recursive || options.all;
  if (several && !options.location.empty() && options.location != "prompt")
    fail(ErrorKind::kUsage, "alternate keylocation may only be 'prompt' with -r or -a");
  if (several) request.recursion = Recursion::kDescendants;
  if (!options.life.empty()) request.life = parse_duration(options.life);
  request.key = key_access(options.location);

  KeyTotals totals(several || request.check_only ? KeyTotals::Print::kYes : KeyTotals::Print::kNo);
  return totals.run(request.check_only ? "verified" : "loaded", [&](const KeyObserver& observer) {
    return load_keys(vault, request, observer);
  });
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->request.dataset, "an encryption root");
  parser.add_flag("-r", options->recursive, "all encryption roots at and below it");
  parser.add_flag("-a", options->all, "all encryption roots of the vault");
  parser.add_flag("-n", options->request.check_only, "show that the key is right, load nothing");
  add_key_option(parser, options->location);
  parser.add_option("--ttl", options->life, "how long the key stays loaded: 90s, 15m, 8h, 2d")
      .type_name("DURATION");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kLoadKey;
const Command kLoadKey = {"load-key", "keep a dataset's key for later commands", setup};

}  // namespace sealift::cli
