// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <sealift/keyring.h>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string dataset;
  std::string location;
  bool recursive = false;
  bool scripted = false;
  bool json = false;
};

const char* name_of(Opens opens) {
  switch (opens) {
    case Opens::kYes:
      return "yes";
    case Opens::kNo:
      return "no";
    case Opens::kUnknown:
      break;
  }
  return "-";
}

std::string when(const WrappingStatus& wrapping, const char* format) {
  if (wrapping.arrived_seconds == 0) return "-";
  return fmt::format(fmt::runtime(format),
                     fmt::gmtime(static_cast<std::time_t>(wrapping.arrived_seconds)));
}

std::string from(const WrappingStatus& wrapping) {
  return wrapping.from.empty() ? "(here)" : wrapping.from;
}

void print_table(const std::vector<KeyStatus>& all, const Options& options) {
  Table table(options.scripted ? Table::Style::kScripted : Table::Style::kAligned);
  for (const char* heading :
       {"NAME", "ENCROOT", "WRAPPING", "STATE", "KEYFORMAT", "FROM", "SINCE", "OPENS"})
    table.add_column(heading, Table::Align::kLeft);
  for (const KeyStatus& status : all)
    for (const WrappingStatus& each : status.wrappings)
      table.add_row({status.dataset, status.encryption_root, each.id,
                     each.is_in_force ? "in-force" : "journalled", each.format, from(each),
                     options.scripted ? std::to_string(each.arrived_seconds)
                                      : when(each, "{:%Y-%m-%d %H:%M}"),
                     name_of(each.opens)});
  if (!table.is_empty()) table.print();
}

Json to_json(const WrappingStatus& each) {
  return {{"id", each.id},
          {"state", each.is_in_force ? "in-force" : "journalled"},
          {"keyformat", each.format},
          {"pbkdf2iters", std::to_string(each.pbkdf2_iterations)},
          {"pbkdf2salt", std::to_string(each.pbkdf2_salt)},
          {"from", each.from},
          {"since", std::to_string(each.arrived_seconds)},
          {"opens", each.opens == Opens::kUnknown ? "unknown" : name_of(each.opens)}};
}

void print_json(const std::vector<KeyStatus>& all) {
  Json datasets = Json::object();
  for (const KeyStatus& status : all) {
    Json wrappings = Json::array();
    for (const WrappingStatus& each : status.wrappings) wrappings.push_back(to_json(each));
    datasets[status.dataset] = {{"encryptionroot", status.encryption_root},
                                {"keyguid", std::to_string(status.key_guid)},
                                {"wrappings", std::move(wrappings)}};
  }
  print(json_document("sealift key status", "datasets", std::move(datasets)));
}

/// The secret of which wrapping is needed, where the one at hand is another's.
ExitCode explain(const std::vector<KeyStatus>& all) {
  ExitCode code = ExitCode::kOk;
  for (const KeyStatus& status : all) {
    const WrappingStatus& own = status.wrappings.front();
    if (!own.is_in_force || own.opens != Opens::kNo) continue;
    code = ExitCode::kWrongKey;
    say_error(fmt::format(
        "'{}' does not open with this key: it takes the {} of wrapping {}, from {}", status.dataset,
        own.format, own.id, own.from.empty() ? "a change of key here" : own.from));
  }
  return code;
}

ExitCode run(const Options& options, const Globals& globals) {
  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  const Recursion recursion = options.recursive ? Recursion::kDescendants : Recursion::kNone;
  const std::vector<KeyStatus> all =
      key_status(vault, options.dataset, recursion, key_access(options.location));
  if (options.json) {
    print_json(all);
  } else {
    print_table(all, options);
  }
  return explain(all);
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("DATASET", options->dataset, "an encrypted dataset").required();
  parser.add_flag("-r", options->recursive, "all encrypted ones at and below it");
  parser.add_flag("-H", options->scripted, "no header, tabs between columns, seconds since 1970");
  parser.add_flag("-j,--json", options->json, "print JSON");
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kKeyStatus;
const Command kKeyStatus = {"key status", "show wrappings, and what opens them", setup};

}  // namespace sealift::cli
