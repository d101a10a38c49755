// SPDX-License-Identifier: Apache-2.0
#include <sealift/contents.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/file_text.h"
#include "cli/nice_number.h"
#include "cli/status_line.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

constexpr unsigned kMaxThreads = 64;

struct Options {
  std::string source;
  std::string target;
  std::string location;
  unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  bool overwrite = false;
  bool verify = false;
  bool quiet = false;
};

std::string counts_of(const RestoreTotals& totals) {
  return fmt::format("{} files, {} directories, {} others", totals.files + totals.links,
                     totals.directories, totals.others);
}

std::string text_of(const RestoreTotals& totals) {
  std::string text = counts_of(totals) + ", " + nice_bytes(totals.bytes);
  if (totals.kept != 0) text += fmt::format("; {} were there", totals.kept);
  if (totals.verified != 0) text += fmt::format("; {} verified", totals.verified);
  if (totals.faults != 0) text += fmt::format("; {} faults", totals.faults);
  return text;
}

ExitCode run(const Options& options, const Globals& globals) {
  RestoreRequest request;
  request.from = parse_contents_name(options.source);
  request.to = options.target;
  request.existing = options.overwrite ? Existing::kReplace : Existing::kKeep;
  request.threads = options.threads;
  request.verify = options.verify;
  request.key = key_access(options.location);

  StatusLine line(options.quiet ? StatusLine::Wanted::kNo : StatusLine::Wanted::kYes);
  RestoreObserver observer;
  observer.on_fault = [&](const std::string& path, const Error& error) {
    line.clear();
    say_error(fmt::format("{}: {}", path.empty() ? "." : escape_name(path), error.what()));
  };
  if (line.is_active())
    observer.on_progress = [&](const RestoreTotals& totals) {
      line.show({totals.bytes, 0}, [&] { return counts_of(totals) + ", "; });
    };

  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  const RestoreTotals totals = restore(vault, request, observer);
  line.clear();
  if (!options.quiet) fmt::print("restored {}: {}\n", options.source, text_of(totals));
  if (totals.has_damage) return ExitCode::kDamaged;
  return totals.faults == 0 ? ExitCode::kOk : ExitCode::kState;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("SOURCE", options->source, "DATASET[@SNAPSHOT][:/PATH]").required();
  parser.add_option("TARGET", options->target, "a directory, file or block device").required();
  parser.add_flag("--overwrite", options->overwrite, "replace files that are there and are others");
  parser.add_flag("--verify", options->verify, "read all back, and compare it with the snapshot");
  parser.add_option("-j,--jobs", options->threads, "files at a time; default: one a processor")
      .type_name("N")
      .between(1, kMaxThreads);
  parser.add_flag("-q", options->quiet, "print nothing but faults");
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kRestore;
const Command kRestore = {"restore", "put files or a volume of a snapshot outside", setup};

}  // namespace sealift::cli
