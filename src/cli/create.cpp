// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>
#include <sealift/put.h>

#include "cli/ask_key.h"
#include "cli/assignments.h"
#include "cli/command.h"
#include "cli/moment.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string name;
  bool parents = false;
  bool sparse = false;
  std::string volume_size;
  std::string block_size;
  std::vector<std::string> properties;
  std::string key_location;
};

CreateRequest request_of(const Options& options) {
  CreateRequest request;
  request.name = options.name;
  request.options.parents = options.parents;
  request.options.properties = parse_assignments(options.properties);
  if (!options.volume_size.empty()) request.options.volume_bytes = parse_size(options.volume_size);
  if (!options.block_size.empty()) {
    const bool is_new =
        request.options.properties.emplace("volblocksize", options.block_size).second;
    if (!is_new) throw Error(ErrorKind::kUsage, "the block size is given twice");
  }
  request.key = key_access(options.key_location);
  return request;
}

ExitCode run(const Options& options, const Globals& globals) {
  KeyObserver observer;
  observer.on_warning = [](const std::string& warning) { say_warning(warning); };
  Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
  const CreateRequest request = request_of(options);
  const Moment moment = now();
  create_dataset(vault, request, observer, moment);
  try {
    make_contents(vault, request.name, request.key, moment);
  } catch (const Error& error) {
    // The dataset is there. Without a keyring, a key that was typed in is not at hand any more.
    say_warning(fmt::format("{}; the first put makes them", error.what()));
  }
  return ExitCode::kOk;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->name, "the dataset to make").required();
  parser.add_flag("-p", options->parents, "make missing parents; no error if it is there");
  const auto volume =
      parser.add_option("-V", options->volume_size, "make a volume of this size").type_name("SIZE");
  parser.add_option("-b", options->block_size, "its block size, as -o volblocksize=SIZE")
      .type_name("SIZE")
      .needs(volume);
  parser.add_flag("-s", options->sparse, "as zfs takes it; no space is ever reserved")
      .needs(volume);
  parser.add_option("-o", options->properties, "set a property; encryption and keys are among them")
      .type_name("PROPERTY=VALUE")
      .repeatable();
  add_key_option(parser, options->key_location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kCreate;
const Command kCreate = {"create", "make an empty dataset, encrypted or not", setup};

}  // namespace sealift::cli
