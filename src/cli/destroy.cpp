// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sealift/keyring.h>

#include "cli/command.h"
#include "cli/nice_number.h"
#include "os/keyring.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string target;
  DestroyOptions destroy;
  bool verbose = false;
  bool parsable = false;
  bool ignored = false;  ///< -f: nothing is mounted here
};

void print(const Destroyed& destroyed, const Options& options) {
  const std::string_view when = options.destroy.dry_run ? "would" : "will";
  for (const std::string& name : destroyed.names) {
    if (options.parsable) {
      fmt::print("destroy\t{}\n", name);
    } else {
      fmt::print("{} destroy {}\n", when, name);
    }
  }
  if (options.parsable) {
    fmt::print("reclaim\t{}\n", destroyed.reclaimed_bytes);
  } else {
    fmt::print("{} reclaim {}\n", when, nice_bytes(destroyed.reclaimed_bytes));
  }
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser
      .add_option("TARGET", options->target,
                  "dataset, bookmark, or snapshots: DATASET@A, @A,B or @A%B")
      .required();
  parser.add_flag("-r", options->destroy.recursive, "children and snapshots too");
  parser.add_flag("-R", options->destroy.dependents, "clones too, wherever they are");
  parser.add_flag("-n", options->destroy.dry_run, "change nothing; with -v say what would be");
  parser.add_flag("-v", options->verbose, "say what is destroyed and what it frees");
  parser.add_flag("-p", options->parsable, "the same, for scripts");
  parser.add_flag("-f", options->ignored, "taken and ignored: nothing is mounted here");
  return [options, &globals] {
    const auto access = options->destroy.dry_run ? Vault::Access::kRead : Vault::Access::kWrite;
    Vault vault = Vault::open(globals.require_vault(), access);
    Destroyed destroyed;
    forget_ended_keys(vault, os::system_keyring(),
                      [&] { destroyed = destroy(vault, options->target, options->destroy); });
    if (options->verbose || options->parsable) print(destroyed, *options);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kDestroy;
const Command kDestroy = {"destroy", "destroy datasets, snapshots or bookmarks", setup};

}  // namespace sealift::cli
