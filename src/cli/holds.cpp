// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sealift/dataset.h>

#include "cli/command.h"
#include "cli/property_text.h"
#include "cli/table.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  std::vector<std::string> snapshots;
  bool recursive = false;
  bool scripted = false;
  bool exact = false;
};

ExitCode show_holds(const Options& options, const std::string& directory) {
  const Vault vault = Vault::open(directory, Vault::Access::kRead);
  const Recursion recursion = options.recursive ? Recursion::kDescendants : Recursion::kNone;
  Table table(options.scripted ? Table::Style::kScripted : Table::Style::kAligned);
  for (const char* heading : {"NAME", "TAG", "TIMESTAMP"}) {
    table.add_column(heading, Table::Align::kLeft);
  }
  ExitCode code = ExitCode::kOk;
  for (const std::string& snapshot : options.snapshots) {
    try {
      for (const Hold& hold : holds(vault, snapshot, recursion)) {
        table.add_row({hold.snapshot, hold.tag,
                       options.exact ? std::to_string(hold.creation_seconds)
                                     : nice_time(hold.creation_seconds)});
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kDamaged) throw;
      say_error(error);
      code = exit_code(error.kind());
    }
  }
  if (code == ExitCode::kOk || !table.is_empty()) table.print();
  return code;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("SNAPSHOT", options->snapshots, "whose holds to list").required();
  parser.add_flag("-r", options->recursive, "those of the same name in all descendants too");
  parser.add_flag("-H", options->scripted, "no header, tabs between columns");
  parser.add_flag("-p", options->exact, "times in seconds since 1970");
  return [options, &globals] { return show_holds(*options, globals.require_vault()); };
}

}  // namespace

extern const Command kHolds;
const Command kHolds = {"holds", "list the holds of snapshots", setup};

}  // namespace sealift::cli
