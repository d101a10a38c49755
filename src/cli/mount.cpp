// SPDX-License-Identifier: Apache-2.0
#include <sealift/serve.h>

#include <optional>

#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/talk.h"
#include "os/background.h"

namespace sealift::cli {
namespace {

constexpr unsigned kMaxThreads = 64;

struct Options {
  std::string source;
  std::string directory;
  std::string location;
  std::vector<std::string> mount_options;
  unsigned threads = 4;
  bool foreground = false;
};

/// The paths are absolute: in the background the working directory is another one.
ExitCode run(const Options& options, const Globals& globals) {
  MountRequest request;
  request.from = parse_contents_name(options.source);
  request.directory = std::filesystem::absolute(options.directory);
  request.options = fmt::format("{}", fmt::join(options.mount_options, ","));
  request.threads = options.threads;
  const auto directory = std::filesystem::absolute(globals.require_vault());

  std::optional<os::Background> background;
  if (!options.foreground) background.emplace();
  request.key = key_access(options.location);
  MountObserver observer;
  observer.on_mounted = [&] {
    if (background) background->ready();
  };
  observer.on_fault = [&](const std::string& what) {
    background ? os::log_error(what.c_str()) : say_error(what);
  };
  const Vault vault = Vault::open(directory, Vault::Access::kRead);
  mount(vault, request, observer);
  return ExitCode::kOk;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("SOURCE", options->source, "DATASET[@SNAPSHOT][:/PATH] of a file system")
      .required();
  parser.add_option("DIRECTORY", options->directory, "where it is to be seen").required();
  parser.add_flag("-f", options->foreground, "stay in the foreground; an interrupt unmounts it");
  parser.add_option("-o", options->mount_options, "options of the mount, as allow_other, noexec")
      .type_name("OPTION,...")
      .repeatable();
  parser.add_option("-j,--jobs", options->threads, "threads that answer; default: 4")
      .type_name("N")
      .between(1, kMaxThreads);
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kMount;
const Command kMount = {"mount", "show the files of a snapshot in a directory, read-only", setup};

}  // namespace sealift::cli
