// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/entry_json.h"
#include "cli/query.h"
#include "cli/table.h"

namespace sealift::cli {
namespace {

constexpr unsigned kHeads =
    static_cast<unsigned>(EntryType::kFilesystem) | static_cast<unsigned>(EntryType::kVolume);

struct Options {
  Query query;
  std::string columns = "name,used,available,referenced,mountpoint";
  bool scripted = false;
  bool exact = false;
  bool json = false;
  bool json_integers = false;
};

std::string expand(const std::string& columns) {
  if (columns == "space") {
    return "name,available,used,usedbysnapshots,usedbydataset,usedbyrefreservation,"
           "usedbychildren";
  }
  if (columns != "all") return columns;
  std::string all;
  for (const PropertyInfo* each : all_properties()) {
    all.append(all.empty() ? "" : ",").append(each->name);
  }
  return all;
}

/// The columns by their full names.
std::vector<std::string> parse_columns(const std::string& text) {
  std::vector<std::string> names;
  for (const std::string& name : split_list(expand(text))) {
    if (!is_property(name)) {
      fail(ErrorKind::kUsage, "bad property list: invalid property '{}'", name);
    }
    const PropertyInfo* known = find_property(name);
    names.emplace_back(known == nullptr ? name : known->name);
  }
  return names;
}

std::string heading(const std::string& name) {
  if (const PropertyInfo* known = find_property(name)) return std::string(known->heading);
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

Table::Align alignment(const std::string& name) {
  const PropertyInfo* known = find_property(name);
  const bool is_written = name.starts_with("written@");
  return is_written || (known != nullptr && known->is_right_aligned) ? Table::Align::kRight
                                                                     : Table::Align::kLeft;
}

void print_table(const std::vector<Entry>& entries, const std::vector<std::string>& columns,
                 const Options& options) {
  Table table(options.scripted ? Table::Style::kScripted : Table::Style::kAligned);
  for (const std::string& name : columns) table.add_column(heading(name), alignment(name));
  const Precision precision = options.exact ? Precision::kExact : Precision::kNice;
  for (const Entry& entry : entries) {
    std::vector<std::string> fields;
    for (const std::string& name : columns) fields.push_back(show(entry.property(name), precision));
    table.add_row(std::move(fields));
  }
  if (!table.is_empty()) {
    table.print();
  } else if (!options.scripted) {
    fmt::print(stderr, "no datasets available\n");
  }
}

void print_json(const std::vector<Entry>& entries, const std::vector<std::string>& columns,
                const Options& options) {
  const bool is_exact = options.exact || options.json_integers;
  const JsonStyle style{is_exact ? Precision::kExact : Precision::kNice, options.json_integers};
  Json datasets = Json::object();
  for (const Entry& entry : entries) {
    Json object = json_entry(entry, style);
    for (const std::string& name : columns) {
      if (name == "name") continue;
      object["properties"][name] = json_property(entry.property(name), style);
    }
    datasets[entry.name()] = std::move(object);
  }
  print(json_document("zfs list", "datasets", std::move(datasets)));
}

ExitCode list(const Options& options, const std::string& directory) {
  if (options.json_integers && !options.json) {
    fail(ErrorKind::kUsage, "'--json-int' only works with '-j' option");
  }
  const std::vector<std::string> columns = parse_columns(options.columns);
  for (const Query::SortColumn& column : options.query.order) {
    if (!is_property(column.property)) {
      fail(ErrorKind::kUsage, "invalid property '{}'", column.property);
    }
  }
  const Vault vault = Vault::open(directory, Vault::Access::kRead);
  const Listing listing(vault, loaded_in(vault, keyring()));
  const Answer answer = ask(listing, vault.name(), options.query, kHeads);
  // A script that asked for JSON gets all of it or none.
  if (options.json && !answer.is_complete) return ExitCode::kState;
  if (options.json) {
    print_json(answer.entries, columns, options);
  } else if (answer.is_complete || !answer.entries.empty()) {
    print_table(answer.entries, columns, options);
  }
  return answer.is_complete ? ExitCode::kOk : ExitCode::kState;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  options->query.declare(parser);
  parser.add_flag("-H", options->scripted, "no header, tabs between columns");
  parser.add_flag("-p", options->exact, "exact numbers");
  parser.add_option("-o", options->columns, "properties to show; 'space'; 'all'")
      .type_name("PROPERTY,...")
      .shown_as("PROPERTY,... [name,used,available,referenced,mountpoint]");
  parser.add_flag("-j,--json", options->json, "print JSON");
  parser.add_flag("--json-int", options->json_integers, "with -j: exact numbers, as numbers");
  const auto add_order = [options](bool is_descending) {
    return [options, is_descending](const std::string& name) {
      options->query.order.push_back({name, is_descending});
    };
  };
  parser.add_option("-s", add_order(false), "sort by this, ascending").type_name("PROPERTY");
  parser.add_option("-S", add_order(true), "sort by this, descending").type_name("PROPERTY");
  return [options, &globals] { return list(*options, globals.require_vault()); };
}

}  // namespace

extern const Command kList;
const Command kList = {"list", "list datasets, snapshots and bookmarks", setup};

}  // namespace sealift::cli
