// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/moment.h"

namespace sealift::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  bool recursive = false;
  std::vector<std::string> properties;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("SNAPSHOT", options->names, "snapshots to take, all in one commit").required();
  parser.add_flag("-r", options->recursive, "of all descendants too");
  parser.add_option("-o", options->properties, "set a user property on each")
      .type_name("PROPERTY=VALUE")
      .repeatable();
  return [options, &globals] {
    SnapshotOptions snapshot;
    snapshot.recursive = options->recursive;
    snapshot.properties = parse_assignments(options->properties);
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    take_snapshots(vault, options->names, snapshot, now());
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kSnapshot;
const Command kSnapshot = {"snapshot", "name what datasets hold now", setup};

}  // namespace sealift::cli
