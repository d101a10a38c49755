// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/moment.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string name;
  bool parents = false;
  std::vector<std::string> properties;
};

Action setup(CLI::App& app, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILESYSTEM", options->name, "the dataset to make")->required();
  app.add_flag("-p", options->parents, "make missing parents; no error if it is there");
  app.add_option("-o", options->properties, "set a property")
      ->type_name("PROPERTY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return [options, &globals] {
    CreateOptions create;
    create.parents = options->parents;
    create.properties = parse_assignments(options->properties);
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    create_dataset(vault, options->name, create, now());
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kCreate;
const Command kCreate = {"create", "make an empty dataset, as a parent for others", setup};

}  // namespace sealift::cli
