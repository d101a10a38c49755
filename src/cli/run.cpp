// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include <cctype>
#include <cstdio>
#include <deque>
#include <map>

#include "base/error.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/suggest.h"
#include "cli/talk.h"
#include "os/fd_channel.h"

namespace sealift::cli {
namespace {

/// The program's parser with its tree of commands.
class Program {
 public:
  Program();
  ExitCode run(int argc, char** argv);

 private:
  void add(const Command& command);
  CLI::App& group(const std::string& name);
  ExitCode explain(const CLI::ParseError& error);
  std::string hint_for(const std::string& typed) const;
  const CLI::App& innermost() const;

  CLI::App app_{"sends, receives and keeps sealed ZFS snapshots", "sealift"};
  Globals globals_;
  std::map<const CLI::App*, Action> actions_;
};

std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

void describe(CLI::App& app) {
  app.footer(exit_code_help());
  app.get_option("--help")->description("print this help");
  app.get_formatter()->column_width(26);
}

Program::Program() {
  describe(app_);
  app_.set_version_flag("--version", "sealift " SEALIFT_VERSION, "print the version");
  app_.add_option("--vault", globals_.vault, "directory of the vault")
      ->envname("SEALIFT_VAULT")
      ->type_name("DIR");
  app_.require_subcommand(0, 1);
  for (const Command& command : commands()) add(command);
}

CLI::App& Program::group(const std::string& name) {
  for (CLI::App* each : app_.get_subcommands({})) {
    if (each->get_name() == name) return *each;
  }
  CLI::App* made = app_.add_subcommand(name, "commands on " + name + "s");
  made->require_subcommand(0, 1)->fallthrough();
  describe(*made);
  return *made;
}

void Program::add(const Command& command) {
  const std::size_t space = command.name.find(' ');
  const bool grouped = space != std::string_view::npos;
  CLI::App& parent = grouped ? group(std::string(command.name.substr(0, space))) : app_;
  const std::string name(grouped ? command.name.substr(space + 1) : command.name);
  CLI::App* app = parent.add_subcommand(name, std::string(command.summary));
  app->fallthrough();
  describe(*app);
  Parser parser(*app);
  actions_[app] = command.setup(parser, globals_);
}

const CLI::App& Program::innermost() const {
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

ExitCode Program::run(int argc, char** argv) {
  globals_.argv = argv;
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(error);
  }
  const CLI::App& chosen = innermost();
  const auto action = actions_.find(&chosen);
  if (action == actions_.end()) {
    fmt::print(stderr, "{}", fold(app_.help()));
    return ExitCode::kUsage;
  }
  return action->second();
}

std::string Program::hint_for(const std::string& typed) const {
  std::vector<std::string> known;
  const CLI::App& app = innermost();
  for (const CLI::App* each : app.get_subcommands({})) known.push_back(each->get_name());
  for (const CLI::Option* each : app.get_options()) {
    for (const std::string& name : each->get_lnames()) known.push_back("--" + name);
  }
  const std::string meant = suggest(typed, known);
  if (!meant.empty()) return fmt::format("did you mean '{}'?", meant);
  return fmt::format("'{} --help' lists what there is", full_name(app));
}

ExitCode Program::explain(const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    if (error.get_name() == "CallForVersion") {
      fmt::print("{}\n", error.what());
    } else {
      fmt::print("{}", fold(app_.help()));
    }
    return ExitCode::kOk;
  }
  std::string message = error.what();
  std::vector<std::string> unexpected = innermost().remaining();
  if (unexpected.empty()) unexpected = app_.remaining(true);
  const bool extras = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (extras && !unexpected.empty()) {
    const bool option = unexpected.front().rfind("-", 0) == 0;
    const bool parent = !innermost().get_subcommands({}).empty();
    message = fmt::format("unknown {} '{}'",
                          option   ? "option"
                          : parent ? "command"
                                   : "argument",
                          unexpected.front());
  } else if (message.size() > 1 && std::islower(static_cast<unsigned char>(message[1])) != 0) {
    message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  }
  say_error(message);
  say_hint(hint_for(unexpected.empty() ? "" : unexpected.front()));
  return ExitCode::kUsage;
}

}  // namespace

const std::string& Globals::require_vault() const {
  if (!vault.empty()) return vault;
  Error error(ErrorKind::kUsage, "which vault?");
  error.set_hint("give --vault DIR or set SEALIFT_VAULT");
  throw error;
}

int run(int argc, char** argv) {
  os::end_on_sigpipe();
  ExitCode code = ExitCode::kBug;
  try {
    code = Program().run(argc, argv);
    if (std::fflush(stdout) != 0) fail(ErrorKind::kState, "cannot write standard output");
  } catch (const Error& error) {
    say_error(error);
    code = exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    say_error("out of memory");
    code = ExitCode::kRetry;
  } catch (const std::exception& error) {
    say_error(fmt::format("bug: {}", error.what()));
  }
  return static_cast<int>(code);
}

}  // namespace sealift::cli
