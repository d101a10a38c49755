// SPDX-License-Identifier: Apache-2.0
#include <sealift/stream.h>

#include "base/error.h"
#include "cli/command.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string token;
  bool json = false;
};

Action setup(Parser& parser, const Globals&) {
  const auto options = std::make_shared<Options>();
  parser.add_flag("-j", options->json, "print JSON");
  parser.add_option("TOKEN", options->token, "what an interrupted receive left").required();
  return [options] {
    using Format = stream::DumpOptions::Format;
    const Format format = options->json ? Format::kJson : Format::kText;
    fmt::print("{}", stream::describe_token(options->token, format));
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kStreamToken;
const Command kStreamToken = {"stream token", "print what a resume token says", setup};

}  // namespace sealift::cli
