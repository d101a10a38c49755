// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include "cli/ask_key.h"
#include "cli/key_totals.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string dataset;
  bool recursive = false;
  bool all = false;
};

ExitCode run(const Options& options, const Globals& globals) {
  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  const std::string dataset = scope(options.all, options.dataset, vault);
  const bool several = options.recursive || options.all;
  const Recursion recursion = several ? Recursion::kDescendants : Recursion::kNone;
  KeyTotals totals(several ? KeyTotals::Print::kYes : KeyTotals::Print::kNo);
  return totals.run("unloaded", [&](const KeyObserver& observer) {
    return unload_keys(vault, dataset, recursion, keyring(), observer);
  });
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->dataset, "an encryption root");
  parser.add_flag("-r", options->recursive, "all encryption roots at and below it");
  parser.add_flag("-a", options->all, "all encryption roots of the vault");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kUnloadKey;
const Command kUnloadKey = {"unload-key", "forget a dataset's loaded key", setup};

}  // namespace sealift::cli
