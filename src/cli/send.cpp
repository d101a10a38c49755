// SPDX-License-Identifier: Apache-2.0
#include <sealift/digest.h>
#include <sealift/send.h>
#include <sealift/stream.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "base/error.h"
#include "cli/command.h"
#include "cli/digest_file.h"
#include "cli/moment.h"
#include "cli/nice_number.h"
#include "cli/peer_head.h"
#include "cli/progress.h"
#include "cli/stream_input.h"
#include "cli/talk.h"
#include "os/fd_channel.h"

namespace sealift::cli {
namespace {

struct Options {
  SendRequest request;
  std::string from;      ///< -i
  std::string from_all;  ///< -I
  std::string token;
  std::string digest_file;  ///< --sha256-to
  PeerOptions peer;
  int verbosity = 0;
  bool parsable = false;
  bool title = false;  ///< -V
  bool dry_run = false;
  bool deduplicated = false;  ///< -D
  bool no_lineage = false;

  bool wants_lines() const { return verbosity > 0 || parsable || title; }
  bool is_package() const { return request.replicate || request.intermediates; }
};

[[noreturn]] void misuse(const std::string& message) {
  throw Error(ErrorKind::kUsage, message);
}

void check_token_options(const Options& options) {
  const SendRequest& request = options.request;
  if (!options.from.empty() || !options.from_all.empty() || request.replicate ||
      request.properties || request.received_properties || request.holds ||
      !request.wrapping.empty())
    misuse("invalid flags combined with -t");
  if (!request.snapshot.empty()) misuse("too many arguments");
}

void check_options(const Options& options) {
  if (!options.token.empty()) return check_token_options(options);
  if (options.request.snapshot.empty()) misuse("missing snapshot argument");
  if (!options.from.empty() && !options.from_all.empty()) misuse("-i and -I exclude each other");
}

SendPlan make_plan(const Vault& vault, const Options& options) {
  if (!options.token.empty())
    return plan_resumed_send(vault, options.token, options.request.format, options.request.peer);
  return plan_send(vault, options.request);
}

/// What a peer's head tells is journalled before anything is sent by it.
Vault open_vault(Options& options, const Globals& globals) {
  const std::string& directory = globals.require_vault();
  if (!options.peer.is_given()) return Vault::open(directory, Vault::Access::kRead);
  options.request.peer =
      std::make_shared<const stream::Peer>(read_peer(options.peer, HeadFromInput::kAllowed));
  Vault vault = Vault::open(directory, Vault::Access::kWrite);
  keep_wrappings(vault, *options.request.peer, now());
  vault.refresh();
  return vault;
}

/// The lines of `zfs send -v`, or with -P of `zfs send -P` (lib/libzfs/libzfs_sendrecv.c,
/// send_print_verbose).
std::string plan_line(const PlannedStream& stream, std::uint64_t bytes, bool parsable) {
  const auto& [name, from] = stream;
  if (parsable)
    return from.empty() ? fmt::format("full\t{}\t{}\n", name, bytes)
                        : fmt::format("incremental\t{}\t{}\t{}\n", from, name, bytes);
  const std::string size = nice_bytes(bytes);
  if (from.empty()) return fmt::format("full send of {} estimated size is {}\n", name, size);
  const char* at = from.find_first_of("@#") == std::string::npos ? "@" : "";
  return fmt::format("send from {}{} to {} estimated size is {}\n", at, from, name, size);
}

void print_plan(const SendPlan& plan, const SendSizes& sizes, const Options& options) {
  std::FILE* to = options.dry_run ? stdout : stderr;
  if (!options.token.empty())
    fmt::print(to, "resume token contents:\n{}", stream::describe_token(options.token));
  for (std::size_t i = 0; i < sizes.streams.size(); ++i)
    fmt::print(to, "{}", plan_line(plan.streams()[i], sizes.streams[i], options.parsable));
  if (options.parsable) {
    fmt::print(to, "size\t{}\n", sizes.total);
  } else {
    fmt::print(to, "total estimated size is {}\n",
               options.is_package() ? nice_bytes(sizes.total) : nice_number(sizes.total));
  }
  std::fflush(to);
}

/// What is sent, and what is told meanwhile.
struct Sending {
  const SendPlan& plan;
  const SendSizes& sizes;  ///< empty where nobody wants to know them
  const Options& options;
  char** argv;
};

void write_streams(const Sending& sending, Sink& to) {
  const auto& [plan, sizes, options, argv] = sending;
  CountingSink counter(to);
  std::atomic<std::uint64_t> records = 0;
  Progress::Options form;
  if (options.verbosity > 0) form.lines = Progress::Lines::kEverySecond;
  if (options.verbosity > 1) form.blocks = &records;
  if (options.parsable) form.form = Progress::Form::kParsable;
  if (options.title) form.title = std::make_unique<os::ProcessTitle>(argv);
  Progress progress(counter.count(), std::move(form));
  const auto on_stream = [&sending, &progress](std::size_t i) {
    const auto& bytes = sending.sizes.streams;
    progress.begin(sending.plan.streams()[i].name, bytes.empty() ? 0 : bytes[i]);
  };
  plan.run(counter, on_stream, &records);
}

/// The digest follows when the stream is over: who reads both may wait for the end of the first.
void write_streams(const Sending& sending) {
  os::ignore_sigpipe();
  if (sending.options.digest_file.empty()) return write_streams(sending, *open_stdout());
  DigestFile file(sending.options.digest_file);
  auto out = open_stdout();
  stream::DigestingSink digesting(*out);
  write_streams(sending, digesting);
  end_stdout(std::move(out));
  file.write(digesting.finish());
}

ExitCode send(Options& options, const Globals& globals) {
  check_options(options);
  if (options.deduplicated)
    say_warning("deduplicated send is no longer supported; a regular stream will be generated");
  if (!options.dry_run) refuse_terminal(STDOUT_FILENO, "a stream");
  options.request.intermediates = !options.from_all.empty();
  options.request.from = options.from + options.from_all;
  options.request.lineage = !options.no_lineage;
  const Vault vault = open_vault(options, globals);
  const SendPlan plan = make_plan(vault, options);
  for (const std::string& warning : plan.warnings()) say_warning(warning);
  SendSizes sizes;
  if (options.wants_lines()) {
    for (const std::string& note : plan.notes()) fmt::print(stderr, "{}\n", note);
    sizes = plan.measure();
    print_plan(plan, sizes, options);
  }
  if (!options.dry_run) write_streams({plan, sizes, options, globals.argv});
  return plan.is_complete() ? ExitCode::kOk : ExitCode::kState;
}

void declare_contents(Parser& parser, Options& options) {
  SendRequest& request = options.request;
  parser.add_option("-i", options.from, "send what changed since this snapshot or bookmark")
      .type_name("SOURCE");
  parser.add_option("-I", options.from_all, "the same, with all snapshots between the two")
      .type_name("SOURCE");
  parser.add_flag("-R,--replicate", request.replicate,
                  "send descendants, clones, properties and all snapshots too");
  parser.add_flag("-s,--skip-missing", request.skip_missing,
                  "with -R: pass over datasets that lack the snapshot");
  parser
      .add_option("-X,--exclude", request.excluded, "with -R: leave out these, with commas between")
      .type_name("DATASET")
      .separated_by(',');
  parser.add_flag("-p,--props", request.properties, "send properties");
  parser.add_flag("-b,--backup", request.received_properties,
                  "send properties as they were received");
  parser.add_flag("-h,--holds", request.holds, "send holds");
  parser.add_option("--wrapping", request.wrapping, "put another of the dataset's wrappings in")
      .type_name("ID");
  add_peer_options(parser, options.peer);
  parser.add_flag("--no-lineage", options.no_lineage,
                  "do not tell which encryption root a dataset stands under");
}

void declare_form(Parser& parser, Options& options) {
  SendFormat& format = options.request.format;
  parser.add_flag("-w,--raw", format.raw, "send sealed data as they are, without a key");
  parser.add_flag("-L,--large-block", format.large_blocks, "allow blocks over 128 KiB");
  parser.add_flag("-e,--embed", format.embedded, "allow embedded blocks");
  parser.add_flag("-c,--compressed", format.compressed, "allow compressed blocks");
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.free_short_help();
  declare_contents(parser, *options);
  declare_form(parser, *options);
  parser.add_option("-t,--resume", options->token, "send the rest of an interrupted stream")
      .type_name("TOKEN");
  parser
      .add_option("--sha256-to", options->digest_file,
                  "write the stream's digest there, as sha256sum(1) prints it")
      .type_name("FILE");
  parser.add_flag("-n,--dryrun", options->dry_run, "send nothing; with -v, say what would be sent");
  parser.add_flag("-v,--verbose", options->verbosity,
                  "print sizes, then progress every second; twice: with records");
  parser.add_flag("-P,--parsable", options->parsable, "print sizes for scripts");
  parser.add_flag("-V,--proctitle", options->title, "print sizes, then show progress in ps");
  parser.add_flag("-D,--dedup", options->deduplicated, "accepted as zfs's, with a warning");
  parser.add_option("SNAPSHOT", options->request.snapshot, "what to send");
  return [options, &globals] { return send(*options, globals); };
}

}  // namespace

extern const Command kSend;
const Command kSend = {"send", "write a snapshot as a stream to standard output", setup};

}  // namespace sealift::cli
