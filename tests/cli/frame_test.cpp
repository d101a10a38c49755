// SPDX-License-Identifier: Apache-2.0
// What all commands have in common: help, typos, exit codes.
#include <algorithm>
#include <sstream>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/suggest.h"
#include "support/catch.h"

namespace sealift::cli {

TEST_CASE("typos get the nearest word, far ones none") {
  const std::vector<std::string> known = {"send", "receive", "status", "--verbose"};
  CHECK(suggest("sned", known) == "send");
  CHECK(suggest("recieve", known) == "receive");
  CHECK(suggest("--verbos", known) == "--verbose");
  CHECK(suggest("frobnicate", known).empty());
  CHECK(suggest("", known).empty());
}

TEST_CASE("help is folded at 80 columns, under its description") {
  const std::string folded = fold("  -v  " + std::string(40, 'a') + " " + std::string(40, 'b'));
  CHECK(folded == "  -v  " + std::string(40, 'a') + "\n      " + std::string(40, 'b') + "\n");
  CHECK(fold("a\n\nb\n\n") == "a\n\nb\n");
}

TEST_CASE("help ends with every exit code") {
  std::istringstream help(exit_code_help());
  std::string line;
  std::getline(help, line);
  for (const ExitCodeMeaning& each : kExitCodes) {
    REQUIRE(std::getline(help, line));
    CHECK(line.find("  " + std::to_string(static_cast<int>(each.code)) + " ") == 0);
  }
}

TEST_CASE("every kind of error has an exit code of its own") {
  std::vector<ExitCode> codes;
  for (const ErrorKind kind :
       {ErrorKind::kUsage, ErrorKind::kState, ErrorKind::kRefused, ErrorKind::kDamaged,
        ErrorKind::kWrongKey, ErrorKind::kRetry, ErrorKind::kResume, ErrorKind::kBug}) {
    CHECK(std::count(codes.begin(), codes.end(), exit_code(kind)) == 0);
    codes.push_back(exit_code(kind));
  }
}

TEST_CASE("commands are named once and summed up in a line") {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    CHECK(std::count(names.begin(), names.end(), command.name) == 0);
    names.push_back(command.name);
    CHECK(!command.summary.empty());
    CHECK(command.summary.size() <= 54);
    CHECK(command.summary.back() != '.');
  }
}

}  // namespace sealift::cli
