// SPDX-License-Identifier: Apache-2.0
#include "cli/parser.h"

#include <CLI/CLI.hpp>

namespace sealift::cli {

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::type_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::shown_as(const std::string& text) const {
  option_->option_text(text);
  return *this;
}

Option Option::shows_default() const {
  option_->capture_default_str();
  return *this;
}

Option Option::repeatable() const {
  option_->take_all()->allow_extra_args(false);
  return *this;
}

Option Option::separated_by(char separator) const {
  option_->delimiter(separator);
  return repeatable();
}

Option Option::one_of(std::vector<std::string> values) const {
  option_->check(CLI::IsMember(std::move(values)));
  return *this;
}

Option Option::between(unsigned least, unsigned most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::needs(Option other) const {
  option_->needs(other.option_);
  return *this;
}

Option Option::excludes(Option other) const {
  option_->excludes(other.option_);
  return *this;
}

Option Parser::add_flag(const std::string& names, bool& value, const std::string& help) {
  return Option(app_.add_flag(names, value, help));
}

Option Parser::add_flag(const std::string& names, int& value, const std::string& help) {
  return Option(app_.add_flag(names, value, help));
}

Option Parser::add_option(const std::string& names, std::string& value, const std::string& help) {
  return Option(app_.add_option(names, value, help));
}

Option Parser::add_option(const std::string& names, unsigned& value, const std::string& help) {
  return Option(app_.add_option(names, value, help));
}

Option Parser::add_option(const std::string& names, std::optional<unsigned>& value,
                          const std::string& help) {
  return Option(app_.add_option(names, value, help));
}

Option Parser::add_option(const std::string& names, std::vector<std::string>& value,
                          const std::string& help) {
  return Option(app_.add_option(names, value, help));
}

Option Parser::add_option(const std::string& names, std::function<void(const std::string&)> take,
                          const std::string& help) {
  CLI::Option* option = app_.add_option_function<std::string>(names, std::move(take), help);
  option->trigger_on_parse()->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  return Option(option);
}

void Parser::add_alias(const std::string& name) {
  app_.alias(name);
}

void Parser::free_short_help() {
  app_.set_help_flag("--help", "print this help");
}

void reject(const std::string& option, const std::string& why) {
  throw CLI::ValidationError(option, why);
}

}  // namespace sealift::cli
