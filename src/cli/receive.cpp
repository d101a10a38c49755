// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>
#include <sealift/receive.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/digest_file.h"
#include "cli/interruptible_source.h"
#include "cli/nice_number.h"
#include "cli/progress.h"
#include "cli/talk.h"
#include "os/clock.h"
#include "os/fd_channel.h"
#include "os/keyring.h"
#include "os/random.h"

namespace sealift::cli {
namespace {

struct Options {
  ReceiveRequest request;
  std::vector<std::string> overrides;  ///< -o
  std::string verify = "auto";
  std::string location;  ///< -L
  std::string digest;    ///< --sha256
  bool drop_first = false;
  bool keep_last = false;
  bool verbose = false;
  bool abort = false;
  bool ignored = false;  ///< -u, -M: nothing is mounted here
};

[[noreturn]] void misuse(const std::string& message) {
  throw Error(ErrorKind::kUsage, message);
}

void read_overrides(Options& options) {
  for (const std::string& text : options.overrides) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) misuse("missing '=' for property=value argument");
    const std::string name = text.substr(0, equals);
    if (name == "origin") {
      options.request.origin = text.substr(equals + 1);
    } else if (!options.request.overrides.emplace(name, text.substr(equals + 1)).second) {
      misuse(fmt::format("property '{}' specified multiple times", name));
    }
  }
}

void check_options(Options& options) {
  if (options.drop_first && options.keep_last)
    misuse("invalid option combination: -d and -e are mutually exclusive");
  if (options.abort && (options.drop_first || options.keep_last || options.request.dry_run ||
                        options.request.resumable || options.ignored || !options.digest.empty()))
    misuse("invalid option");
  if (!options.location.empty() && options.verify == "never")
    misuse("-L and --verify=never exclude one another");
  if (options.drop_first) options.request.naming = ReceiveNaming::kDropFirst;
  if (options.keep_last) options.request.naming = ReceiveNaming::kKeepLast;
  read_overrides(options);
}

/// Standard input is the stream: nobody is asked for a key.
void read_verification(Options& options) {
  KeyAccess access = key_access(options.location);
  access.ask = nullptr;
  options.request.keys = hold_keys(access);
  options.request.verify = options.verify == "always"  ? ReceiveVerify::kAlways
                           : options.verify == "never" ? ReceiveVerify::kNever
                                                       : ReceiveVerify::kAuto;
}

/// `input` must outlive what is done by `options`.
void read_digest(Options& options, const InterruptibleSource& input) {
  if (options.digest.empty()) return;
  const auto wanted = std::make_shared<WantedDigest>(options.digest);
  options.request.digest = [wanted, &input] {
    return wanted->read([&input](int fd) { input.wait_for(fd); });
  };
}

/// A line for who may have gone away: what was received is received all the same.
void print_line(const std::string& line) {
  std::fputs((line + '\n').c_str(), stdout);
  std::fflush(stdout);
}

/// The lines of `zfs receive -v`.
class Reporter {
 public:
  Reporter(const Options& options, Progress& progress) : options_(options), progress_(progress) {}

  ReceiveObserver observer() {
    ReceiveObserver observer;
    observer.on_warning = [](const std::string& line) { say_warning(line); };
    observer.on_begin = [this](const ReceiveBegun& begun) { begin(begun); };
    if (!options_.verbose) return observer;
    observer.on_note = print_line;
    if (!options_.request.dry_run)
      observer.on_done = [this](const ReceiveDone& done) { finish(done); };
    return observer;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void begin(const ReceiveBegun& begun) {
    start_ = Clock::now();
    progress_.go_on_with(begun.into);
    if (!options_.verbose) return;
    print_line(fmt::format("{} {} stream of {} into {}",
                           options_.request.dry_run ? "would receive" : "receiving",
                           begun.is_incremental ? "incremental" : "full", begun.from, begun.into));
  }

  void finish(const ReceiveDone& done) const {
    const std::chrono::duration<double> elapsed = Clock::now() - start_;
    const double seconds = std::max(elapsed.count(), 1e-9);
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(done.bytes) / seconds);
    print_line(fmt::format("received {} stream in {:.2f} seconds ({}/sec)", nice_bytes(done.bytes),
                           seconds, nice_bytes(rate)));
  }

  const Options& options_;
  Progress& progress_;
  Clock::time_point start_;
};

ExitCode receive(Options& options, const Globals& globals) {
  check_options(options);
  if (!options.abort) refuse_terminal(STDIN_FILENO, "a stream");
  Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
  if (options.abort) {
    abort_receive(vault, options.request.target);
    return ExitCode::kOk;
  }
  read_verification(options);
  os::ignore_sigpipe();
  InterruptibleSource input;
  read_digest(options, input);
  CountingSource from(input);
  Progress progress(from.count(), {});
  progress.go_on_with(options.request.target);
  Reporter reporter(options, progress);
  const Moment now{os::system_clock().now_seconds(), os::system_random().guid()};
  ReceiveResult result;
  forget_ended_keys(vault, os::system_keyring(), [&] {
    result = sealift::receive(vault, from, options.request, reporter.observer(), now);
  });
  return result.is_complete ? ExitCode::kOk : ExitCode::kState;
}

void declare(Parser& parser, Options& options) {
  ReceiveRequest& request = options.request;
  parser.add_flag("-v", options.verbose, "say what is received, and how fast");
  parser.add_flag("-n", request.dry_run, "read and check all of the stream, change nothing");
  parser.add_flag("-s", request.resumable, "keep what arrived if the stream is interrupted");
  parser.add_flag("-F", request.force, "roll back to the snapshot that the stream builds on");
  parser.add_flag("-d", options.drop_first, "append all but the first component of the sent name");
  parser.add_flag("-e", options.keep_last, "append the last component of the sent name");
  parser.add_flag("-h", request.skip_holds, "leave the holds of the stream out");
  parser.add_flag("-A", options.abort, "give up what an interrupted receive left");
  parser.add_flag("-u", options.ignored, "accepted as zfs's: nothing is mounted here");
  parser.add_flag("-M", options.ignored, "accepted as zfs's: nothing is mounted here");
  parser.add_option("-o", options.overrides, "set a property, or origin=SNAPSHOT for a clone")
      .type_name("PROP=VALUE")
      .repeatable();
  parser.add_option("-x", request.excluded, "do not let a received property take effect")
      .type_name("PROP")
      .repeatable();
  parser
      .add_option("--verify", options.verify,
                  "prove with the key before the commit: auto (if it is at hand), always, never")
      .type_name("WHEN")
      .one_of({"auto", "always", "never"})
      .shows_default();
  add_key_option(parser, options.location);
  parser
      .add_option("--sha256", options.digest,
                  "receive only the stream with this digest, of 64 digits or in a file")
      .type_name("DIGEST");
  parser.add_option("TARGET", request.target, "dataset or snapshot to receive into").required();
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.free_short_help();
  parser.add_alias("recv");
  declare(parser, *options);
  return [options, &globals] { return receive(*options, globals); };
}

}  // namespace

extern const Command kReceive;
const Command kReceive = {"receive", "store a stream from standard input", setup};

}  // namespace sealift::cli
