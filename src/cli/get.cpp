// SPDX-License-Identifier: Apache-2.0
#include <sealift/keyring.h>

#include <algorithm>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/entry_json.h"
#include "cli/query.h"
#include "cli/table.h"

namespace sealift::cli {
namespace {

struct Options {
  Query query;
  std::string properties;
  std::string columns = "name,property,value,source";
  std::string sources;
  bool scripted = false;
  bool exact = false;
  bool json = false;
  bool json_integers = false;

  Precision precision() const {
    return exact || json_integers ? Precision::kExact : Precision::kNice;
  }
};

struct Shown {
  std::string name;
  Property property;
};

std::string source_word(PropertySource source) {
  switch (source) {
    case PropertySource::kNone:
      return "none";
    case PropertySource::kDefault:
      return "default";
    case PropertySource::kLocal:
      return "local";
    case PropertySource::kInherited:
      return "inherited";
    case PropertySource::kReceived:
      return "received";
  }
  return "";
}

std::vector<std::string> checked(const std::string& text, const std::vector<std::string>& allowed,
                                 std::string_view what) {
  std::vector<std::string> words = split_list(text);
  for (const std::string& word : words) {
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
      fail(ErrorKind::kUsage, "invalid {} '{}'", what, word);
    }
  }
  return words;
}

std::vector<std::string> parse_names(const std::string& text) {
  std::vector<std::string> names;
  for (const std::string& name : split_list(text)) {
    if (!is_property(name)) {
      fail(ErrorKind::kUsage, "bad property list: invalid property '{}'", name);
    }
    const PropertyInfo* known = find_property(name);
    names.emplace_back(known == nullptr ? name : known->name);
  }
  return names;
}

/// What `get all` shows of an entry: what it has a value for.
std::vector<Shown> all_of(const Entry& entry) {
  std::vector<Shown> shown;
  for (const PropertyInfo* info : all_properties()) {
    if (info->name == "name") continue;
    Property property = entry.property(info->name);
    if (property.applies && property.value != "-") {
      shown.push_back({std::string(info->name), std::move(property)});
    }
  }
  for (const std::string& name : entry.user_properties()) {
    shown.push_back({name, entry.property(name)});
  }
  return shown;
}

std::vector<Shown> select(const Entry& entry, const std::vector<std::string>& names,
                          const std::vector<std::string>& sources) {
  std::vector<Shown> shown;
  if (names.empty()) {
    shown = all_of(entry);
  } else {
    for (const std::string& name : names) shown.push_back({name, entry.property(name)});
  }
  if (sources.empty()) return shown;
  const auto is_unwanted = [&](const Shown& each) {
    const std::string word = source_word(each.property.source);
    return std::find(sources.begin(), sources.end(), word) == sources.end();
  };
  shown.erase(std::remove_if(shown.begin(), shown.end(), is_unwanted), shown.end());
  return shown;
}

std::string field(const Entry& entry, const Shown& shown, const std::string& column,
                  Precision precision) {
  if (column == "name") return entry.name();
  if (column == "property") return shown.name;
  if (column == "value") return show(shown.property, precision);
  if (column == "received") return show_received(shown.property, precision);
  return show_source(shown.property);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(c - 32); });
  return text;
}

using Rows = std::vector<std::pair<Entry, std::vector<Shown>>>;

void print_table(const Rows& rows, const std::vector<std::string>& columns,
                 const Options& options) {
  Table table(options.scripted ? Table::Style::kScripted : Table::Style::kAligned);
  for (const std::string& column : columns) table.add_column(upper(column), Table::Align::kLeft);
  for (const auto& [entry, all] : rows) {
    for (const Shown& shown : all) {
      std::vector<std::string> fields;
      for (const std::string& column : columns) {
        fields.push_back(field(entry, shown, column, options.precision()));
      }
      table.add_row(std::move(fields));
    }
  }
  if (!table.is_empty()) table.print();
}

void print_json(const Rows& rows, const Options& options) {
  const JsonStyle style{options.precision(), options.json_integers};
  Json datasets = Json::object();
  for (const auto& [entry, all] : rows) {
    if (all.empty()) continue;
    Json object = json_entry(entry, style);
    for (const Shown& shown : all) {
      object["properties"][shown.name] = json_property(shown.property, style);
    }
    datasets[entry.name()] = std::move(object);
  }
  print(json_document("zfs get", "datasets", std::move(datasets)));
}

ExitCode get(const Options& options, const std::string& directory) {
  if (options.json_integers && !options.json) {
    fail(ErrorKind::kUsage, "'--json-int' only works with '-j' option");
  }
  const std::vector<std::string> known = {"name", "property", "value", "received", "source"};
  const auto columns =
      options.columns == "all" ? known : checked(options.columns, known, "column name");
  const auto sources =
      options.sources.empty()
          ? std::vector<std::string>{}
          : checked(options.sources, {"local", "default", "inherited", "received", "none"},
                    "source");
  const auto names =
      options.properties == "all" ? std::vector<std::string>{} : parse_names(options.properties);

  const Vault vault = Vault::open(directory, Vault::Access::kRead);
  const Listing listing(vault, loaded_in(vault, keyring()));
  const Answer answer = ask(listing, vault.name(), options.query, kAllEntryTypes);
  Rows rows;
  for (const Entry& entry : answer.entries) rows.emplace_back(entry, select(entry, names, sources));
  if (!options.json) print_table(rows, columns, options);
  // A script that asked for JSON gets all of it or none.
  if (options.json && answer.is_complete) print_json(rows, options);
  return answer.is_complete ? ExitCode::kOk : ExitCode::kState;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("PROPERTY", options->properties, "properties to show, with commas; or 'all'")
      .required();
  options->query.declare(parser);
  parser.add_flag("-H", options->scripted, "no header, tabs between columns");
  parser.add_flag("-p", options->exact, "exact numbers");
  parser.add_option("-o", options->columns, "of name, property, value, received, source; 'all'")
      .type_name("COLUMN,...")
      .shown_as("COLUMN,... [name,property,value,source]");
  parser.add_option("-s", options->sources, "only from local, default, inherited, received, none")
      .type_name("SOURCE,...");
  parser.add_flag("-j,--json", options->json, "print JSON");
  parser.add_flag("--json-int", options->json_integers, "with -j: exact numbers, as numbers");
  return [options, &globals] { return get(*options, globals.require_vault()); };
}

}  // namespace

extern const Command kGet;
const Command kGet = {"get", "show properties", setup};

}  // namespace sealift::cli
