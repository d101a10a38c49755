// SPDX-License-Identifier: Apache-2.0
#include <sealift/vault.h>

#include "base/error.h"
#include "cli/command.h"
#include "os/clock.h"
#include "os/random.h"

namespace sealift::cli {
namespace {

struct Options {
  Vault::InitOptions vault;
  std::string directory;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("NAME", options->vault.name, "of the vault and of its root dataset").required();
  parser
      .add_option("--dir", options->directory,
                  "where to make it; absent or empty (default: --vault)")
      .type_name("DIR");
  parser
      .add_option("--checksum", options->vault.checksum,
                  "sha256: the root signs everything; fletcher4: fast")
      .one_of({"sha256", "fletcher4"})
      .shows_default()
      .shown_as("KIND [sha256]");
  return [options, &globals] {
    const Moment now{os::system_clock().now_seconds(), os::system_random().guid()};
    const std::string& directory =
        options->directory.empty() ? globals.require_vault() : options->directory;
    Vault::init(directory, options->vault, now);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kInit;
const Command kInit = {"init", "make a vault", setup};

}  // namespace sealift::cli
