// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sealift::cli {

/// An argument that was declared: says more about it. A handle; the parser owns what it means.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required() const;
  /// What its value is called in the help.
  Option type_name(const std::string& name) const;
  /// What stands in the help for the value and its default.
  Option shown_as(const std::string& text) const;
  /// Shows what the variable holds now as the default.
  Option shows_default() const;
  /// May be given more than once, with one value each time.
  Option repeatable() const;
  /// The same, and a value may be several with `separator` between them.
  Option separated_by(char separator) const;
  Option one_of(std::vector<std::string> values) const;
  Option between(unsigned least, unsigned most) const;
  Option needs(Option other) const;
  Option excludes(Option other) const;

 private:
  CLI::Option* option_;
};

/// Declares what a command takes. CLI11 parses it, behind this header: all of CLI11 is in its
/// own, and each file which includes them compiles for ten seconds more.
///
/// `names` are as CLI11 takes them: "-r,--recursive" is an option, "DATASET" stands without a
/// name. `value` is set when the program's arguments are parsed and has to live until then.
class Parser {
 public:
  explicit Parser(CLI::App& app) : app_(app) {}

  Option add_flag(const std::string& names, bool& value, const std::string& help);
  /// Counts how often it is given.
  Option add_flag(const std::string& names, int& value, const std::string& help);

  Option add_option(const std::string& names, std::string& value, const std::string& help);
  Option add_option(const std::string& names, unsigned& value, const std::string& help);
  Option add_option(const std::string& names, std::optional<unsigned>& value,
                    const std::string& help);
  /// All that are given, in their order.
  Option add_option(const std::string& names, std::vector<std::string>& value,
                    const std::string& help);
  /// Calls `take` with each value where it stands among the other options; it may reject() it.
  Option add_option(const std::string& names, std::function<void(const std::string&)> take,
                    const std::string& help);

  /// Another name for the command.
  void add_alias(const std::string& name);
  /// Lets the command have a -h of its own; --help stays.
  void free_short_help();

 private:
  CLI::App& app_;
};

/// Refuses what was given to `option`; for functions that take a value.
[[noreturn]] void reject(const std::string& option, const std::string& why);

}  // namespace sealift::cli
