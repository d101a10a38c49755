// SPDX-License-Identifier: Apache-2.0
#include <sealift/keys.h>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/stream_input.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string dataset;
  std::string stream;
  std::string location;
  bool quiet = false;
};

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  const Option dataset = parser.add_option("DATASET", options->dataset, "an encrypted dataset");
  parser
      .add_option("--stream", options->stream,
                  "the head of a raw stream in FILE instead ('-': input)")
      .type_name("FILE")
      .excludes(dataset);
  add_key_option(parser, options->location);
  parser.add_flag("-q", options->quiet, "print nothing if the key is right");
  return [options, &globals] {
    const KeyAccess access = key_access(options->location);
    if (!options->stream.empty()) {
      const auto from = open_stream_input(options->stream == "-" ? "" : options->stream);
      test_key(*from, access);
    } else if (!options->dataset.empty()) {
      test_key(Vault::open(globals.require_vault(), Vault::Access::kRead), options->dataset,
               access);
    } else {
      fail(ErrorKind::kUsage, "give a DATASET, or a stream with --stream");
    }
    if (!options->quiet)
      fmt::print("the key opens {}\n",
                 options->stream.empty() ? options->dataset : "the stream's dataset");
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kKeyTest;
const Command kKeyTest = {"key test", "show that a key opens a dataset or a stream", setup};

}  // namespace sealift::cli
