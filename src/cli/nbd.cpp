// SPDX-License-Identifier: Apache-2.0
#include <sealift/serve.h>

#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/moment.h"
#include "cli/nice_number.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlugin = "nbdkit-sealift-plugin.so";
constexpr unsigned kMaxPort = 65535;

struct Options {
  NbdRequest request;
  std::string location;
  std::string scratch;
  unsigned port = 0;
  bool discard = false;
  bool commit = false;
  bool quiet = false;
};

/// Beside the program where it was built, or where it is installed.
fs::path find_plugin() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& folder : {here, here / SEALIFT_PLUGIN_DIR})
    if (fs::exists(folder / kPlugin)) return fs::canonical(folder / kPlugin);
  fail(ErrorKind::kState, "there is no {} in {}", kPlugin,
       (here / SEALIFT_PLUGIN_DIR).lexically_normal().native());
}

/// Not in memory, as /tmp may be.
std::string default_scratch() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

/// A directory that is this user's alone, for a socket that only a command is to find. mkdtemp(3)
/// puts a random name for the X's.
class PrivateDirectory {
 public:
  PrivateDirectory() : path_(fs::temp_directory_path() / "sealift-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) fail(ErrorKind::kState, "cannot make {}", path_);
  }
  ~PrivateDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

ExitCode run(Options& options, const Globals& globals) {
  NbdRequest& request = options.request;
  request.port = static_cast<std::uint16_t>(options.port);
  std::optional<PrivateDirectory> own;
  if (request.socket.empty() && request.port == 0) {
    if (request.command.empty())
      throw Error(ErrorKind::kUsage, "where is it to be served?")
          .set_hint("-U PATH makes a socket there, -p PORT listens at 127.0.0.1");
    own.emplace();
    request.socket = own->file("socket");
  }
  if (options.discard) request.access = NbdAccess::kDiscard;
  if (options.commit) request.access = NbdAccess::kCommit;
  request.scratch = options.scratch.empty() ? default_scratch() : options.scratch;
  request.plugin = find_plugin();
  request.key = key_access(options.location);

  NbdObserver observer;
  observer.on_fault = [](const std::string& what) { say_error(what); };
  observer.on_ready = [&](const std::string& uri) {
    if (!request.command.empty() || options.quiet) return;
    fmt::print("{}\n", uri);
    std::fflush(stdout);
  };
  Vault vault = Vault::open(globals.require_vault(),
                            options.commit ? Vault::Access::kWrite : Vault::Access::kRead);
  const NbdTotals totals = serve_volume(vault, request, observer, now());
  if (totals.is_committed && !options.quiet)
    fmt::print(stderr, "committed to {}: {} of new blocks\n", request.source,
               nice_bytes(totals.written_bytes));
  return ExitCode::kOk;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  NbdRequest& request = options->request;
  parser.add_option("VOLUME", request.source, "DATASET[@SNAPSHOT]").required();
  const Option socket =
      parser.add_option("-U,--unix", request.socket, "serve at this Unix socket").type_name("PATH");
  parser.add_option("-p,--port", options->port, "serve at this port of 127.0.0.1")
      .type_name("PORT")
      .between(1, kMaxPort)
      .excludes(socket);
  const Option discard =
      parser.add_flag("--discard", options->discard, "let clients write, and forget it at the end");
  parser
      .add_flag("--commit", options->commit,
                "let clients write; at the end that is the volume's head")
      .excludes(discard);
  parser.add_option("--run", request.command, "serve while this runs; the address is in $uri")
      .type_name("COMMAND");
  parser
      .add_option("--scratch", options->scratch,
                  "where written blocks wait; default: $TMPDIR or /var/tmp")
      .type_name("DIR");
  parser.add_flag("-q", options->quiet, "print nothing");
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kNbd;
const Command kNbd = {"nbd", "serve a volume as a disk, to qemu and the like", setup};

}  // namespace sealift::cli
