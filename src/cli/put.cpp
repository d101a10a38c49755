// SPDX-License-Identifier: Apache-2.0
#include <sealift/put.h>

#include <atomic>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/moment.h"
#include "cli/nice_number.h"
#include "cli/progress.h"
#include "cli/status_line.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  PutRequest request;
  std::string key_location;
  bool force = false;
  bool verbose = false;
  bool quiet = false;
  bool json = false;
};

Json to_json(const PutTotals& totals) {
  return {{"added", totals.added},
          {"changed", totals.changed},
          {"renamed", totals.renamed},
          {"removed", totals.removed},
          {"unchanged", totals.unchanged},
          {"read_bytes", totals.read_bytes},
          {"written_bytes", totals.written_bytes},
          {"stored_bytes", totals.stored_bytes},
          {"is_changed", totals.is_changed}};
}

void print_text(const PutTotals& totals) {
  const std::uint64_t files =
      totals.added + totals.changed + totals.renamed + totals.removed + totals.unchanged;
  if (files != 0)  // a volume has none
    fmt::print("{} added, {} changed, {} renamed, {} removed, {} unchanged\n", totals.added,
               totals.changed, totals.renamed, totals.removed, totals.unchanged);
  fmt::print("read {}, new blocks {}, stored {}\n", nice_bytes(totals.read_bytes),
             nice_bytes(totals.written_bytes), nice_bytes(totals.stored_bytes));
}

PutTotals put_with_progress(Vault& vault, const Options& options) {
  std::atomic<std::uint64_t> done_bytes = 0;
  Progress progress(done_bytes, {});
  progress.go_on_with(options.request.dataset);
  StatusLine line(options.quiet || options.verbose ? StatusLine::Wanted::kNo
                                                   : StatusLine::Wanted::kYes);
  PutObserver observer;
  observer.on_warning = [&](const std::string& warning) {
    line.clear();
    say_warning(warning);
  };
  observer.on_progress = [&](const PutProgress& now) {
    done_bytes = now.done_bytes;
    line.show({now.done_bytes, now.total_bytes},
              [&] { return now.files == 0 ? "" : fmt::format("{} files, ", now.files); });
  };
  if (options.verbose)
    observer.on_change = [](char what, const std::string& path) {
      fmt::print("{} {}\n", what, path);
    };
  PutRequest request = options.request;
  request.measures = line.is_active();
  return put(vault, request, observer, now());
}

ExitCode run(Options& options, const Globals& globals) {
  options.request.key = key_access(options.key_location);
  if (options.force) options.request.diverged = Diverged::kReplace;
  Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
  const PutTotals totals = put_with_progress(vault, options);
  if (options.json) {
    print(to_json(totals));
  } else if (!options.quiet) {
    print_text(totals);
  }
  return ExitCode::kOk;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  PutRequest& request = options->request;
  parser
      .add_option("SOURCE", request.source, "a directory; for a volume an image or a block device")
      .required();
  parser.add_option("DATASET", request.dataset, "what is made equal to it").required();
  parser.add_flag("-F", options->force, "also where it holds what was received");
  parser.add_flag("-n", request.dry_run, "change nothing, say what would be");
  parser.add_flag("-v", options->verbose, "print what was added, changed, renamed, removed");
  parser.add_flag("-q", options->quiet, "print nothing");
  parser.add_flag("-j", options->json, "print totals as JSON");
  parser.add_flag("-x,--one-file-system", request.one_file_system,
                  "leave out what is mounted below");
  parser.add_option("--exclude", request.exclude, "leave out what matches this shell pattern")
      .type_name("PATTERN")
      .repeatable();
  add_key_option(parser, options->key_location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kPut;
const Command kPut = {"put", "make a dataset equal to a directory or an image", setup};

}  // namespace sealift::cli
