// SPDX-License-Identifier: Apache-2.0
#include <sealift/dataset.h>

#include <algorithm>

#include "base/error.h"
#include "cli/assignments.h"
#include "cli/command.h"

namespace sealift::cli {
namespace {

Action setup(Parser& parser, const Globals& globals) {
  const auto words = std::make_shared<std::vector<std::string>>();
  // One list of words: which are names is seen by what has no '='.
  parser.add_option("ASSIGNMENT", *words, "PROPERTY=VALUE, one or more, then names of datasets")
      .required();
  return [words, &globals] {
    const auto first_name = std::find_if(words->begin(), words->end(), [](const auto& word) {
      return word.find('=') == std::string::npos;
    });
    const std::vector<std::string> names(first_name, words->end());
    const Properties properties = parse_assignments({words->begin(), first_name});
    if (properties.empty()) fail(ErrorKind::kUsage, "missing property=value argument");
    if (names.empty()) fail(ErrorKind::kUsage, "missing dataset name");
    Vault vault = Vault::open(globals.require_vault(), Vault::Access::kWrite);
    set_properties(vault, names, properties);
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kSet;
const Command kSet = {"set", "set properties", setup};

}  // namespace sealift::cli
