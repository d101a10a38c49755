// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <sealift/vault.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/nice_number.h"

namespace sealift::cli {
namespace {

struct Options {
  bool verbose = false;
  bool json = false;
};

std::string when(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

void print_text(const Vault& vault, const VaultStatus& status, bool verbose) {
  const auto line = [](std::string_view name, const std::string& value) {
    fmt::print("{:>11}: {}\n", name, value);
  };
  line("vault", vault.name());
  line("allocated", fmt::format("{} in {} segment{}", nice_bytes(status.allocated_bytes),
                                status.segments, status.segments == 1 ? "" : "s"));
  line("pending", nice_bytes(status.pending_bytes));
  line("txg", fmt::format("{}, committed {}", status.txg, when(status.time_seconds)));
  if (!verbose) return;
  line("guid", std::to_string(vault.guid()));
  line("version", std::to_string(status.version));
  line("checksum", vault.checksum());
  line("uberblocks", fmt::format("{} intact", status.uberblocks));
}

/// Numbers as strings, as zfs's -j prints them: a guid does not fit a JSON number.
void print_json(const Vault& vault, const VaultStatus& status) {
  const Json facts = {
      {"name", vault.name()},
      {"guid", std::to_string(vault.guid())},
      {"version", std::to_string(status.version)},
      {"checksum", vault.checksum()},
      {"txg", std::to_string(status.txg)},
      {"time", std::to_string(status.time_seconds)},
      {"allocated", std::to_string(status.allocated_bytes)},
      {"pending", std::to_string(status.pending_bytes)},
      {"segments", std::to_string(status.segments)},
      {"uberblocks", std::to_string(status.uberblocks)},
  };
  print(json_document("sealift status", "vaults", {{vault.name(), facts}}));
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_flag("-v,--verbose", options->verbose, "identity, format and uberblocks too");
  parser.add_flag("-j,--json", options->json, "print JSON");
  return [options, &globals] {
    const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
    if (options->json) {
      print_json(vault, vault.status());
    } else {
      print_text(vault, vault.status(), options->verbose);
    }
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kStatus;
const Command kStatus = {"status", "show a vault's state and space", setup};

}  // namespace sealift::cli
