// SPDX-License-Identifier: Apache-2.0
#include <sealift/contents.h>

#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/stream_input.h"

namespace sealift::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::string location;
};

ExitCode run(const Options& options, const Globals& globals) {
  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  const KeyAccess access = key_access(options.location);
  const auto out = open_stdout();
  for (const std::string& each : options.names) {
    const ContentsName name = parse_contents_name(each);
    Contents(vault, name.source, access).read(name.path, *out);
  }
  return ExitCode::kOk;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser
      .add_option("SOURCE", options->names,
                  "DATASET[@SNAPSHOT]:/PATH, or a volume's DATASET[@SNAPSHOT]")
      .required();
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kCat;
const Command kCat = {"cat", "write a file or volume to standard output", setup};

}  // namespace sealift::cli
